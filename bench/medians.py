"""Reads the rounds of `bench/run.sh rounds`: medians of each server, and of its ratio to the bare one of the same round."""

import statistics
import sys

rates, cpu, inside = {}, {}, {}
for line in sys.stdin:
    number, server, *rest = line.split()
    if rest[0] == "inside":
        inside.setdefault(server, []).append(float(rest[1]))
    else:
        rates.setdefault(server, {})[number] = float(rest[2])
        cpu.setdefault(server, []).append(float(rest[7]))

for server, by_round in rates.items():
    ratios = [rate / rates["bare"][number] for number, rate in by_round.items()]
    print(
        f"{server}: {statistics.median(by_round.values()):,.0f}/s, {statistics.median(ratios):.2f} of bare"
        f" ({min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} rounds), server cpu s/1k {statistics.median(cpu[server]):.4f}"
        + (f", within 1 ms inside {statistics.median(inside[server]):.2%}" if server in inside else "")
    )
