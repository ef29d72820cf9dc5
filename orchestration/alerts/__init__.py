"""Alerts: what is wrong, told once by mail or webhook, told again after days, and told to be well again."""

from orchestration.alerts.notices import Condition, Item
from orchestration.alerts.sending import Attempt, is_somebody_told, send_test, tell

__all__ = ["Attempt", "Condition", "Item", "is_somebody_told", "send_test", "tell"]
