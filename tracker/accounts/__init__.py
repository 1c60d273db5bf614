"""FACE signing in, for staff only: by password, passkey or single sign-on, with a second factor.

django-allauth does the work. Here is what this register decides: who may sign in (`backend`), what
allauth is told (`adapters`, `forms`), which addresses there are (`urls`, `views`), and what keeps
the admin shut until a second factor is proven (`gate`). Nothing here knows of commitments.
"""
