"""Photos: what it costs to make a print and a thumbnail of a phone's photo of twelve megapixels."""

from functools import partial

from bench.measure import median_cpu_s
from bench.pictures import photo
from bench.report import Goal, Report
from receipts.images import PrintPhoto, for_print

GOALS = {
    "to1280_cpu_ms": Goal("CPU-ms", "≤ 100", "a 12-megapixel JPEG to 1,280 px, metadata dropped"),
    "to320_cpu_ms": Goal("CPU-ms", "≤ 50", "the same to 320 px"),
}


def run(report: Report) -> None:
    """Measure."""
    original = photo(1, width_px=4000, height_px=3000, grain=30, quality=88)
    for name, edge_px in (("to1280_cpu_ms", 1280), ("to320_cpu_ms", 320)):
        made = for_print(original, edge_px=edge_px)
        if not (isinstance(made, PrintPhoto) and max(made.width_px, made.height_px) == edge_px):
            raise AssertionError(f"expected a print of {edge_px} px, got {made!r:.200}")
        seconds = median_cpu_s(partial(for_print, original, edge_px=edge_px), rounds=3 if report.quick else 9)
        report.tell(name, 1000 * seconds)
