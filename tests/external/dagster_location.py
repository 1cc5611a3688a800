"""A code location: an external asset, what follows it by an automation condition, and a sensor of it."""

import dagster as dg

orders = dg.AssetSpec(["warehouse", "orders"])


@dg.asset(deps=[orders], automation_condition=dg.AutomationCondition.eager())
def report() -> None: ...


@dg.op
def note() -> None: ...


@dg.job
def on_orders_job() -> None:
    note()


@dg.asset_sensor(
    asset_key=dg.AssetKey(["warehouse", "orders"]),
    job=on_orders_job,
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def on_orders(_context, _event):
    return dg.RunRequest()


automation = dg.AutomationConditionSensorDefinition(
    "automation",
    target="*",
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)

defs = dg.Definitions(assets=[orders, report], jobs=[on_orders_job], sensors=[on_orders, automation])
