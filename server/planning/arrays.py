"""numpy, loaded by the first plan and not by every worker of the web: 12 MiB."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flat = NDArray[np.float64]
    """Points on a plane, metres east and north, one a row."""
else:

    class _Numpy:
        """Looks like the module; several threads may be the first to ask, for importing locks."""

        def __getattr__(self, name: str) -> Any:
            import numpy  # noqa: ICN001, PLC0415  # at the first use

            return self.__dict__.setdefault(name, getattr(numpy, name))

    np, Flat = _Numpy(), Any

__all__ = ["Flat", "np"]
