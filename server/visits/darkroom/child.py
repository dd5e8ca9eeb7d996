"""`python -m server.visits.darkroom.child`: looks at the files on standard input one after the other, within limits.

Each file comes as `<role> <bytes>` on a line and then its bytes; each answer goes out as a line of JSON and then the
pictures. The limits are set before any decoder is loaded.
"""

import json
import resource
import sys
import warnings

CPU_S, MEMORY_BYTES = 10, 1536 * 1024 * 1024


def limit() -> None:
    """Take away memory beyond 1.5 GiB, files, and core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Look at file after file until the input ends."""
    limit()
    from PIL import Image, ImageFile  # noqa: PLC0415  # after the limits

    from receipts import images  # noqa: PLC0415
    from server.visits.darkroom import look  # noqa: PLC0415
    from server.visits.darkroom.looked import Looked  # noqa: PLC0415

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = images.MAX_PIXELS, False
    known = look.formats()
    while line := sys.stdin.buffer.readline():
        role, size = line.split()
        content = sys.stdin.buffer.read(int(size))
        used = resource.getrusage(resource.RUSAGE_SELF)
        allowed = int(used.ru_utime + used.ru_stime) + 1 + CPU_S  # the system counts from the process's beginning
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))
        try:
            seen = look.photo(content, known) if role == b"photo" else look.recording(content)
        except MemoryError:
            seen = Looked(fault="too-costly")
        told = {"facts": seen.facts, "fault": seen.fault, "sizes": [len(one) for one in seen.pictures]}
        sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + b"".join(seen.pictures))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
