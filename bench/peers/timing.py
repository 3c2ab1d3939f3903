"""What the Python contestants share: warm up, time for about ten seconds, print a line of JSON."""
import json
import time


def measure(once, images, warm=3, note="", checksum=None):
    for _ in range(warm):
        once()
    seconds = []
    begin = time.perf_counter()
    while len(seconds) < 5 or time.perf_counter() - begin < 10:
        start = time.perf_counter()
        once()
        seconds.append(time.perf_counter() - start)
    report = {"seconds": seconds, "images": images, "note": note}
    if checksum:
        report["checksum"] = checksum(once())
    print(json.dumps(report))
