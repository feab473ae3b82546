"""Tickets to be moved: the accounts of a rehearsed NSD and Dynamics, as the file TIERLINE_TRACKERS names."""

from pathlib import Path
from typing import Any

import yaml

CUSTOMER = "/accounts(00000000-0000-4000-8000-000000000001)"


def dynamics_account(address: str, **more: Any) -> dict[str, Any]:
    """The account of a rehearsed Dynamics at ``address``, as a queue of veterans' cases would have it."""
    return {
        "kind": "dynamics",
        "address": address,
        "sign_in": address,
        "tenant": "rehearsal",
        "client_id": "tierline",
        "client_secret": "rehearsal",
        "statuses": {
            "New": {"value": 100000000, "stage": "new"},
            "In Progress": {"value": 1, "stage": "in-progress"},
            "On Hold": {"value": 2, "stage": "on-hold"},
            "Waiting for Details": {"value": 3, "stage": "on-hold"},
            "Problem Solved": {"value": 5, "state": 1, "stage": "solved"},
            "Canceled": {"value": 6, "state": 2, "stage": "cancelled"},
        },
        "fields": {
            "area": {"attribute": "new_area", "length": 100},
            "sub-area": {"attribute": "new_subarea", "length": 100},
            "facility": {"attribute": "new_facility", "length": 200},
            "notes": {"attribute": "new_casenotes", "length": 100_000},
            "former-number": {"attribute": "new_formernumber", "length": 40},
            "former-owner": {"attribute": "new_formerowner", "length": 120},
            "former-status": {"attribute": "new_formerstatus", "length": 60},
        },
        "always": {"customerid_account@odata.bind": CUSTOMER},
        "key_column": "new_key",
        "queue": "MHV Tier 3",
        "queue_column": {"attribute": "new_queue"},
        **more,
    }


def nsd_account(folder: Path) -> dict[str, Any]:
    """The account of a rehearsed NSD in ``folder``."""
    columns = {
        "number": "Ref Num",
        "title": "Summary",
        "text": "Description",
        "status": "Status",
        "owner": "Assignee",
        "queue": "Group",
        "opened": "Open Date",
        "changed": "Last Modified Date",
        "area": "Category",
        "notes": "Log",
        "resolution": "Resolution",
        "reference": "External Reference",
    }
    return {"kind": "nsd", "exports": str(folder), "imports": str(folder), "columns": columns}


def write_accounts(path: Path, address: str) -> Path:
    """The accounts' file."""
    accounts = {"nsd": nsd_account(path.parent), "dynamics": dynamics_account(address)}
    path.write_text(yaml.safe_dump(accounts, sort_keys=False))
    return path
