package dev.sluice.gateway.front.http;

import dev.sluice.gateway.transform.PcmFormat;
import dev.sluice.gateway.transform.PcmFormat.Encoding;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a content type says of samples that come without a head of their own.
 *
 * @thread stateless
 * @errors InvalidRequest for one that leaves out what nobody could guess
 * @source RFC 2586 and RFC 3190 (L16, L24), RFC 3551 (L8), RFC 4856 (PCMU, PCMA), RFC 2046 (basic); {@code audio/pcm}
 *     is registered by nobody, and little-endian wherever it is used
 */
final class PcmType {

    private static final String FIELD = "content-type";
    private static final String AUDIO = "audio/";
    private static final int TELEPHONE_RATE = 8000;
    private static final Pattern PARAMETER = Pattern.compile(";\\s*(?<name>[^;=\\s]+)\\s*=\\s*\"?(?<value>[^;\"\\s]*)");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private final String type;

    private PcmType(String type) {
        this.type = type;
    }

    /** Whether it speaks of sound at all. */
    static boolean isSound(String type) {
        return type.startsWith(AUDIO);
    }

    /** Why a recording of that type need not come at all; null where it may. */
    static @Nullable InferenceError refusal(@Nullable String contentType) {
        try {
            of(contentType);
            return null;
        } catch (InferenceException lacking) {
            return lacking.error();
        }
    }

    /** What it says; null for what has a head, or is no sound. */
    static @Nullable PcmFormat of(@Nullable String contentType) {
        String type = contentType == null ? "" : contentType.strip().toLowerCase(Locale.ROOT);
        return isSound(type) ? new PcmType(type).read() : null;
    }

    private @Nullable PcmFormat read() {
        int end = type.indexOf(';');
        String name = (end < 0 ? type : type.substring(0, end)).strip();
        return switch (name.substring(AUDIO.length())) {
            case "l8" -> linear(Encoding.UNSIGNED_8, ByteOrder.BIG_ENDIAN);
            case "l16" -> linear(Encoding.INT_16, ByteOrder.BIG_ENDIAN);
            case "l24" -> linear(Encoding.INT_24, ByteOrder.BIG_ENDIAN);
            case "pcm" -> linear(bits(), ByteOrder.LITTLE_ENDIAN);
            case "pcmu", "basic" -> telephone(Encoding.MU_LAW);
            case "pcma" -> telephone(Encoding.A_LAW);
            default -> null;
        };
    }

    private PcmFormat linear(Encoding encoding, ByteOrder order) {
        int rate = number("rate", 0);
        if (rate == 0) {
            throw InferenceException.invalid(FIELD, "says no rate; expected one, as in audio/L16;rate=16000");
        }
        return PcmFormat.of(FIELD, encoding, order, rate, number("channels", 1));
    }

    private PcmFormat telephone(Encoding encoding) {
        return PcmFormat.of(
                FIELD, encoding, ByteOrder.BIG_ENDIAN, number("rate", TELEPHONE_RATE), number("channels", 1));
    }

    private Encoding bits() {
        boolean floats = "float".equals(parameter("encoding"));
        int bits = number("bits", floats ? Float.SIZE : Short.SIZE);
        Encoding encoding =
                switch (bits) {
                    case 16 -> Encoding.INT_16;
                    case 24 -> Encoding.INT_24;
                    case 32 -> floats ? Encoding.FLOAT_32 : Encoding.INT_32;
                    default -> null;
                };
        if (encoding == null || (floats && encoding != Encoding.FLOAT_32)) {
            throw InferenceException.invalid(
                    FIELD, "says " + bits + " bits; expected 16, 24 or 32 of audio/pcm, of floats 32");
        }
        return encoding;
    }

    private int number(String name, int otherwise) {
        @Nullable String said = parameter(name);
        if (said == null) {
            return otherwise;
        }
        if (!NUMBER.matcher(said).matches()) {
            throw InferenceException.invalid(
                    FIELD, "says " + name + "=" + InferenceException.shortened(said) + "; expected a number");
        }
        return Integer.parseInt(said);
    }

    private @Nullable String parameter(String name) {
        Matcher found = PARAMETER.matcher(type);
        while (found.find()) {
            if (name.equals(found.group("name"))) {
                return found.group("value");
            }
        }
        return null;
    }
}
