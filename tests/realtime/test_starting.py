"""What a server does not do to those who have reached it while it is still loading."""

import subprocess
import sys

LOADED = """
import gc
from core.processes import keep_what_is_loaded

looked = []
gc.callbacks.append(lambda phase, info: looked.append(info["generation"]))
loaded = len(gc.get_objects())
keep_what_is_loaded()
assert looked == [], looked
assert gc.isenabled() and gc.get_freeze_count() > 0.9 * loaded
"""


def test_what_is_loaded_is_kept_without_looking_through_all_of_it() -> None:
    # Looking takes 0.4 s of a whole product, in which nobody is answered.
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
