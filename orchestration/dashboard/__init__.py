"""The page to look at: one file with what is published, each number with the words that state it.

It is made of the published file alone, in three steps: `data` asks the marts, `evidence` follows each number to the
figures that it rests on, `page` writes both into one HTML file together with the style and the program that show them.
"""

from orchestration.dashboard.page import PageTooLarge, Written, write_dashboard

__all__ = ["PageTooLarge", "Written", "write_dashboard"]
