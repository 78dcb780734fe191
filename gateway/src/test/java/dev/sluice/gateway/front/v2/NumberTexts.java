package dev.sluice.gateway.front.v2;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Random;

/** Ways to make up JSON numbers, each hard on a reader in its own way. */
enum NumberTexts {
    SHORTEST_FLOATS(400_000) {
        @Override
        String next(Random random) {
            return Float.toString(finiteFloat(random));
        }
    },
    FLOATS_AS_DOUBLES(300_000) {
        @Override
        String next(Random random) {
            return Double.toString(finiteFloat(random));
        }
    },
    SHORTEST_DOUBLES(300_000) {
        @Override
        String next(Random random) {
            double value = Double.longBitsToDouble(random.nextLong());
            return Double.isFinite(value) ? Double.toString(value) : "0";
        }
    },
    EIGHT_DECIMALS(200_000) {
        @Override
        String next(Random random) {
            return String.format(Locale.ROOT, "%.8f", (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(8)));
        }
    },
    DIGITS_AND_EXPONENT(400_000) {
        @Override
        String next(Random random) {
            StringBuilder text = number(random, 1 + random.nextInt(20), random.nextInt(20));
            text.append(random.nextBoolean() ? 'e' : 'E');
            text.append(random.nextInt(3) == 0 ? "+" : "").append(random.nextInt(110));
            int sign = text.indexOf("+");
            if (sign < 0 && random.nextBoolean()) {
                text.insert(Math.max(text.indexOf("e"), text.indexOf("E")) + 1, '-');
            }
            return text.toString();
        }
    },
    LONG_MANTISSAS(200_000) {
        @Override
        String next(Random random) {
            return number(random, 1 + random.nextInt(60), random.nextInt(60)).toString();
        }
    },
    FRACTIONS_OF_EVERY_LENGTH(200_000) {
        @Override
        String next(Random random) {
            return number(random, 1, random.nextInt(26)).toString();
        }
    },
    LEADING_ZEROS_IN_THE_FRACTION(150_000) {
        @Override
        String next(Random random) {
            StringBuilder text = new StringBuilder("0.");
            text.repeat('0', random.nextInt(50));
            text.append(digits(random, 1 + random.nextInt(25)));
            return random.nextInt(4) == 0
                    ? text.append("e").append(random.nextInt(60)).toString()
                    : text.toString();
        }
    },
    FLOAT_MIDPOINTS(120_000) {
        @Override
        String next(Random random) {
            float low = Math.abs(finiteFloat(random));
            float high = Math.nextUp(low);
            return Float.isInfinite(high) ? "0" : nearMidpoint(new BigDecimal(low), new BigDecimal(high), random);
        }
    },
    ORDINARY_FLOAT_MIDPOINTS(150_000) {
        @Override
        String next(Random random) {
            float low = (float) ((1 + random.nextDouble()) * Math.pow(2, random.nextInt(40) - 20));
            return nearMidpoint(new BigDecimal(low), new BigDecimal(Math.nextUp(low)), random);
        }
    },
    DOUBLE_MIDPOINTS(60_000) {
        @Override
        String next(Random random) {
            double low = (1 + random.nextDouble()) * Math.pow(2, random.nextInt(140) - 70);
            return nearMidpoint(new BigDecimal(low), new BigDecimal(Math.nextUp(low)), random);
        }
    },
    SUBNORMAL_FLOATS(100_000) {
        @Override
        String next(Random random) {
            float value = Float.intBitsToFloat(random.nextInt(1 << 25));
            return random.nextBoolean() ? Float.toString(value) : Double.toString(value * random.nextDouble());
        }
    },
    NEAR_FLOAT_OVERFLOW(100_000) {
        @Override
        String next(Random random) {
            return 3 + "." + (40 + random.nextInt(2)) + digits(random, 1 + random.nextInt(20)) + "e" + "3"
                    + (random.nextInt(20) == 0 ? 9 : 8);
        }
    },
    NEAR_DOUBLE_LIMITS(50_000) {
        @Override
        String next(Random random) {
            return 1 + "." + digits(random, 1 + random.nextInt(20)) + "e"
                    + (random.nextBoolean() ? 306 + random.nextInt(4) : -326 + random.nextInt(20));
        }
    };

    final int count;

    NumberTexts(int count) {
        this.count = count;
    }

    abstract String next(Random random);

    private static float finiteFloat(Random random) {
        float value = Float.intBitsToFloat(random.nextInt());
        return Float.isFinite(value) ? value : 0f;
    }

    private static String digits(Random random, int count) {
        StringBuilder digits = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            digits.append((char) ('0' + random.nextInt(10)));
        }
        return digits.toString();
    }

    private static StringBuilder number(Random random, int integerDigits, int fractionDigits) {
        StringBuilder text = new StringBuilder(random.nextInt(3) == 0 ? "-" : "");
        if (integerDigits > 1) {
            text.append((char) ('1' + random.nextInt(9)));
        }
        text.append(digits(random, Math.max(1, integerDigits - 1)));
        return fractionDigits == 0 ? text : text.append('.').append(digits(random, fractionDigits));
    }

    /** Exactly half way between both, or a little beside it. */
    private static String nearMidpoint(BigDecimal low, BigDecimal high, Random random) {
        BigDecimal middle = low.add(high).divide(BigDecimal.TWO);
        BigDecimal gap = high.subtract(low);
        BigDecimal beside = gap.movePointLeft(1 + random.nextInt(25));
        return switch (random.nextInt(4)) {
            case 0 -> middle.toPlainString();
            case 1 -> middle.add(beside).toPlainString();
            case 2 -> middle.subtract(beside).toPlainString();
            default -> middle.toString();
        };
    }
}
