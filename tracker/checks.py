"""System checks: a wrong deployment is told before it hurts."""
