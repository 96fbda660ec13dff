"""What plays when: a pure decision core (`state`, `events`, `decide`, `demand`) and the driver that performs it."""
