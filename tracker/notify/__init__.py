"""Outgoing notifications by e-mail, webhook and hub, and the pages to subscribe.

Everything here reads the log of changes and writes only subscriptions and deliveries.
"""
