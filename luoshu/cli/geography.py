"""The commands of places: roads, sites, people, layers."""

from __future__ import annotations
