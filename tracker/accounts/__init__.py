"""FACE sign-in, for staff only: by password, passkey or single sign-on, with a second factor.

Built on django-allauth. This package decides who may sign in (`backend`), configures allauth
(`adapters`, `forms`), maps the URLs (`urls`, `views`), and closes the admin until a second factor
is proven (`gate`). It knows nothing of commitments.
"""
