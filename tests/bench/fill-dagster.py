"""Reports the materializations on standard input, a JSON object a line, to the instance in DAGSTER_HOME."""

import json
import sys

from dagster import AssetMaterialization, DagsterInstance

with DagsterInstance.get() as instance:
    for line in sys.stdin:
        instance.report_runless_asset_event(AssetMaterialization(**json.loads(line)))
