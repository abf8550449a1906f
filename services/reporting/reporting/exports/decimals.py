"""Exact decimals over whole columns: the same digits as `metrics.domain.value_text`, without a loop.

Everything is 64-bit integers. What does not fit raises ArrowInvalid; the caller computes such a batch row
by row.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from .arrow import pc

_MAX: Final = 2**63 - 1
_I64: Final = pa.int64()


@dataclass(frozen=True)
class Decimals:
    """A column of `whole` + `fraction` / 10^places, negated where `negative` (None: nowhere)."""

    whole: Any
    fraction: Any
    places: int
    negative: Any = None

    def texts(self) -> Any:
        """Plain decimal text without trailing zeros, null where there is no value."""
        padded = pc.cast(pc.add(self.fraction, pa.scalar(10**self.places, _I64)), pa.string())
        digits = pc.utf8_slice_codeunits(padded, 1)
        joined = pc.binary_join_element_wise(pc.cast(self.whole, pa.string()), digits, ".")
        plain = pc.ascii_rtrim(pc.ascii_rtrim(joined, "0"), ".")
        if self.negative is None:
            return plain
        sign = pc.if_else(pc.and_(self.negative, pc.not_equal(plain, "0")), "-", "")
        return pc.binary_join_element_wise(sign, plain, "")

    def numbers(self) -> Any:
        """The nearest doubles."""
        fraction = pc.divide(pc.cast(self.fraction, pa.float64()), float(10**self.places))
        value = pc.add(pc.cast(self.whole, pa.float64(), safe=False), fraction)
        return (
            value if self.negative is None else pc.if_else(self.negative, pc.negate(value), value)
        )

    def decimals(self, kind: Any) -> Any:
        """As an Arrow decimal type of these places; exact."""
        step = pa.scalar(Decimal(1).scaleb(-self.places), pa.decimal128(self.places, self.places))
        whole = pc.cast(self.whole, pa.decimal128(19, 0))
        fraction = pc.multiply(pc.cast(self.fraction, pa.decimal128(19, 0)), step)
        value = pc.add(whole, fraction)
        if self.negative is not None:
            value = pc.if_else(self.negative, pc.negate(value), value)
        return pc.cast(value, kind, safe=False)


def scaled(units: Any, places: int) -> Decimals:
    """Integers that count 10^-places: micros, for example."""
    negative = _negative(units)
    units = units if negative is None else pc.abs_checked(units)
    step = pa.scalar(10**places, _I64)
    whole = pc.divide(units, step)
    return Decimals(whole, _rest(units, whole, step), places, negative)


def quotient(numerator: Any, denominator: Any, places: int) -> Decimals:
    """The quotient rounded half to even at `places`; null where the denominator is 0."""
    known = pc.if_else(pc.equal(denominator, 0), pa.scalar(None, _I64), denominator)
    negative = _either(_negative(numerator), _negative(known))
    if negative is not None:
        numerator, known = pc.abs_checked(numerator), pc.abs_checked(known)
    whole = pc.divide(numerator, known)
    rest = _rest(numerator, whole, known)
    fraction = pc.subtract(whole, whole)
    for digits in _steps(places, pc.max(known).as_py() or 1):
        power = pa.scalar(10**digits, _I64)
        rest = pc.multiply_checked(rest, power)
        found = pc.divide(rest, known)
        rest = _rest(rest, found, known)
        fraction = pc.add(pc.multiply(fraction, power), found)
    return _rounded(whole, fraction, rest, known, places, negative)


def _rounded(
    whole: Any, fraction: Any, rest: Any, known: Any, places: int, negative: Any
) -> Decimals:
    """Up where more than half is left, or half and the last digit is odd."""
    left = pc.subtract_checked(known, rest)
    last = fraction if places else whole
    odd = pc.equal(pc.bit_wise_and(last, pa.scalar(1, _I64)), 1)
    up = pc.or_(pc.greater(rest, left), pc.and_(pc.equal(rest, left), odd))
    if not places:
        return Decimals(pc.add(whole, pc.cast(up, _I64)), fraction, 0, negative)
    fraction = pc.add(fraction, pc.cast(up, _I64))
    full = pa.scalar(10**places, _I64)
    carry = pc.equal(fraction, full)
    fraction = pc.if_else(carry, pa.scalar(0, _I64), fraction)
    return Decimals(pc.add(whole, pc.cast(carry, _I64)), fraction, places, negative)


def _steps(places: int, largest: int) -> list[int]:
    """How many digits each step of the division brings, so that a rest times 10^digits fits."""
    digits = 0
    while digits < places and largest * 10 ** (digits + 1) <= _MAX:
        digits += 1
    if places and not digits:
        raise pa.ArrowInvalid("the divisor has no room for another digit")
    full, left = divmod(places, digits or 1)
    return [digits] * full + ([left] if left else [])


def _rest(value: Any, times: Any, divisor: Any) -> Any:
    return pc.subtract(value, pc.multiply(times, divisor))


def _negative(values: Any) -> Any:
    """Where the values are below 0; None when none is, which is nearly always."""
    least = pc.min(values).as_py()
    return None if least is None or least >= 0 else pc.less(values, 0)


def _either(one: Any, other: Any) -> Any:
    """Where exactly one of the two is true."""
    if one is None or other is None:
        return other if one is None else one
    return pc.xor(one, other)
