"""The operator's settings: what there is (`model`, `fields`), reading (`load`), writing (`edit`), the PIN (`door`).

Read by the composition roots only; every service receives plain values with units. The dialog's side is
`kiosk.stage.operator`, which knows none of this.
"""
