"""TensorBoard's own bytes for segtrain/record/board_test.go; with a run directory, its curves as TensorBoard reads them.

    python tools/golden/board.py          # the golden bytes
    python tools/golden/board.py RUN      # what EventAccumulator sees
"""

import io
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

if len(sys.argv) > 1:
    events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0}).Reload()
    for tag in sorted(events.Tags()["scalars"]):
        points = events.Scalars(tag)
        print(f"{tag}: {len(points)} points, first {points[0].step}: {points[0].value}, last {points[-1].step}: {points[-1].value}")
    sys.exit()

out = io.BytesIO()
writer = RecordWriter(out)
writer.write(Event(wall_time=1700000000, file_version="brain.Event:2").SerializeToString())
values = [Summary.Value(tag="train/loss", simple_value=0.5), Summary.Value(tag="val/mean_iou", simple_value=0.25)]
writer.write(Event(wall_time=1700000000, step=300, summary=Summary(value=values)).SerializeToString())
print(out.getvalue().hex())
