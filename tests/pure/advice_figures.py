"""Print what the advised policy earns against others, and from how much evidence.

python tests/pure/advice_figures.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "addons" / "crm_loyalty"))

from kinds import compare, promise

SEEDS = range(10)
RIVALS = ("offer to none", "offer to all", "most likely buyers")
SIZES = (3_000, 10_000, 30_000)


def wins(results, policy="advised, from arms"):
    return sum(
        result[policy] > max(result[rival] for rival in RIVALS) for result in results
    )


def print_policies():
    results = [compare(seed) for seed in SEEDS]
    print("Margin of 10,000 customers by policy, after a program with 10,000 others")
    print("  seed" + "".join(f"{name:>20}" for name in results[0]))
    for seed, result in zip(SEEDS, results, strict=True):
        print(f"  {seed:>4}" + "".join(f"{m:>20,.0f}" for m in result.values()))
    print(f"  advised from arms beats the three rivals in {wins(results)} of 10")
    print(f"  advised by rules in {wins(results, 'advised, by rules')} of 10")
    print("\nFrom past programs of other sizes")
    for size in SIZES:
        results = [compare(seed, past=size) for seed in SEEDS]
        gain, most = (
            sum(result[name] - result["offer to none"] for result in results)
            for name in ("advised, from arms", "all-knowing")
        )
        print(
            f"  {size:>6,} members: best in {wins(results)} of 10, "
            f"{gain / most:.0%} of what the all-knowing would add, "
            f"expected {promise(40, size):.2f} of true"
        )


if __name__ == "__main__":
    print_policies()
