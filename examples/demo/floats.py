"""What a device's floats make of a number, so that CPython can compute exactly what the device must.

MicroPython's floats differ from build to build: doubles, single floats, single floats that give two bits to the tag
of the object (object representation C), and doubles that a 32-bit PC adds in registers of 64 significant bits and
then rounds a second time.
"""

from dataclasses import dataclass
from fractions import Fraction

DOUBLE, SINGLE, REGISTER = 53, 24, 64


@dataclass(frozen=True)
class Floats:
    """Floats with so many significant bits."""

    bits: int
    rounds_twice: bool

    def narrow(self, value):
        """Return the float that the device has for a double."""
        return value if self.bits == DOUBLE else float(self._kept(Fraction(value)))

    def add(self, a, b):
        return a + b if self._native else self._computed(Fraction(a) + Fraction(b))

    def divide(self, a, b):
        return a / b if self._native else self._computed(Fraction(a) / Fraction(b))

    @property
    def _native(self):
        return self.bits == DOUBLE and not self.rounds_twice

    def _computed(self, exact):
        return float(self._kept(rounded(exact, REGISTER) if self.rounds_twice else exact))

    def _kept(self, number):
        if self.bits == DOUBLE:
            return rounded(number, DOUBLE)
        return rounded(rounded(number, SINGLE), self.bits, int)

    def __str__(self):
        name = f"floats of {self.bits} significant bits"
        return f"{name}, rounded twice" if self.rounds_twice else name


def rounded(number, bits, to_integer=round):
    """Return a Fraction rounded to so many significant bits: to the nearest (ties to even), or towards zero by int."""
    if not number:
        return number
    exponent = abs(number.numerator).bit_length() - number.denominator.bit_length()
    if abs(number) < Fraction(2) ** exponent:
        exponent -= 1
    unit = Fraction(2) ** (exponent - bits + 1)
    return to_integer(number / unit) * unit
