package dev.sluice.gateway.transform;

/**
 * The 16 bits that telephones write as 8: a sign, three bits of magnitude and four of what is left of it.
 *
 * @thread stateless
 * @source ITU-T G.711
 */
final class Companded {

    private static final int SIGN = 0x80;
    private static final int ALTERNATE = 0x55;
    private static final int MU_BIAS = 0x84;

    private Companded() {}

    static int aLaw(byte sample) {
        int bits = sample ^ ALTERNATE;
        int magnitude = (bits >> 4) & 7;
        int rest = ((bits & 0xF) << 4) | 8;
        int value = magnitude == 0 ? rest : (rest | 0x100) << (magnitude - 1);
        return (bits & SIGN) == 0 ? -value : value;
    }

    static int muLaw(byte sample) {
        int bits = ~sample;
        int magnitude = (bits >> 4) & 7;
        int value = ((((bits & 0xF) << 3) + MU_BIAS) << magnitude) - MU_BIAS;
        return (bits & SIGN) == 0 ? value : -value;
    }
}
