"""Runs a program whose clocks a test moves: the file CLOCK holds by how many seconds. `python clock.py FILE ARGUMENTS`."""

import datetime
import os
import runpy
import sys
import time

RealDatetime, real_time, real_monotonic = datetime.datetime, time.time, time.monotonic


def moved() -> float:
    with open(os.environ["CLOCK"]) as file:
        return float(file.read())


class MovedDatetime(RealDatetime):
    @classmethod
    def now(cls, tz=None):
        return RealDatetime.fromtimestamp(time.time(), tz)


datetime.datetime = MovedDatetime
time.time = lambda: real_time() + moved()
time.monotonic = lambda: real_monotonic() + moved()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
