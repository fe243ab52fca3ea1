"""Where the three rooms lie, and how a process enters the one that it needs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

PACKAGES = {"load": "locustfiles", "judge": "analysis", "service": "mock_service"}
"""The package of each room."""


class NameTakenError(ImportError):
    """Another package has the name of ours; the message says where it lies and what to do."""


def room(name: str) -> Path:
    """The folder that holds a room's package: its own when installed, the project's in a checkout."""
    here = Path(__file__).parent
    return here.parent if (here.parent / PACKAGES[name]).is_dir() else here / "rooms" / name


def enter(name: str) -> None:
    """Make a room's package importable in this process, and no other room's.

    Raises NameTakenError when another package of that name has been imported before. One that is only found
    on the path gives way to ours; whoever imports a module of it is told so (`_Shadowed`).
    """
    package, folder = PACKAGES[name], room(name)
    imported = sys.modules.get(package)
    if imported is not None and folder not in _places(imported.__spec__):
        raise NameTakenError(_clash(package, _places(imported.__spec__)), name=package)
    others = [place for place in _places(_found_without(package, folder)) if place != folder]
    if others and not any(isinstance(finder, _Shadowed) for finder in sys.meta_path):
        sys.meta_path.append(_Shadowed(package, others))
    if folder not in _places(find_spec(package)):
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()


class _Shadowed(MetaPathFinder):
    """Asked last for modules that our package does not have: says why the user's own is not found."""

    def __init__(self, package: str, others: Sequence[Path]) -> None:
        self._package = package
        self._others = others

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Nothing is ever found here."""
        del path, target
        package, dot, module = fullname.partition(".")
        if dot and package == self._package and any(_holds(each / package, module) for each in self._others):
            raise NameTakenError(_clash(package, self._others), name=fullname)
        return None


def _holds(folder: Path, module: str) -> bool:
    first = module.partition(".")[0]
    return (folder / f"{first}.py").exists() or (folder / first).is_dir()


def _found_without(package: str, folder: Path) -> ModuleSpec | None:
    return PathFinder.find_spec(package, [each for each in sys.path if Path(each).absolute() != folder])


def _places(spec: ModuleSpec | None) -> list[Path]:
    """The folders in which a package lies; several for one without `__init__.py`."""
    if spec is None:
        return []
    folders = spec.submodule_search_locations or ([spec.origin] if spec.origin else [])
    return [Path(folder).absolute().parent for folder in folders]


def _clash(package: str, folders: Sequence[Path]) -> str:
    where = " and ".join(str(folder / package) for folder in folders)
    return (
        f"swarmgate has a package named {package!r}, and so have you: {where}. One process holds only one of "
        f"them: rename yours, or put its files beside the locustfile and import them without {package!r}"
    )
