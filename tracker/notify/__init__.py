"""The face that speaks first: e-mail, webhooks and the hub, and the pages to ask for them.

Everything here reads the log of changes and writes only subscriptions and deliveries.
"""
