package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.gateway.transform.PcmFormat;
import dev.sluice.gateway.transform.PcmFormat.Encoding;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PcmTypeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "audio/L16;rate=16000 | INT_16 | true | 16000 | 1",
                "AUDIO/l16; channels=2; Rate=\"44100\" | INT_16 | true | 44100 | 2",
                "audio/L24;rate=48000 | INT_24 | true | 48000 | 1",
                "audio/L8;rate=8000 | UNSIGNED_8 | true | 8000 | 1",
                "audio/pcm;rate=24000 | INT_16 | false | 24000 | 1",
                "audio/pcm; bits=24; rate=24000 | INT_24 | false | 24000 | 1",
                "audio/pcm; bits=32; rate=24000 | INT_32 | false | 24000 | 1",
                "audio/pcm; encoding=float; rate=24000; channels=2 | FLOAT_32 | false | 24000 | 2",
                "audio/basic | MU_LAW | true | 8000 | 1",
                "audio/PCMU | MU_LAW | true | 8000 | 1",
                "audio/PCMA;rate=16000 | A_LAW | true | 16000 | 1",
                "audio/L16; x-rate=1; framerate=2; rate=8000 | INT_16 | true | 8000 | 1"
            })
    void saysWhatSamplesAre(String type, Encoding encoding, boolean greatestFirst, int rate, int channels) {
        ByteOrder order = greatestFirst ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        assertEquals(new PcmFormat(encoding, order, rate, channels), PcmType.of(type));
    }

    @ParameterizedTest
    @ValueSource(strings = {"audio/wav", "audio/x-wav; codecs=audio/pcm; samplerate=16000", "audio/mpeg", "image/png"})
    void leavesAloneWhatHasAHead(String type) {
        assertNull(PcmType.of(type));
    }

    @Test
    void leavesAloneWhatIsNotSaid() {
        assertNull(PcmType.of(null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "audio/L16 | says no rate; expected one, as in audio/L16;rate=16000",
                "audio/L16;framerate=8000 | says no rate; expected one, as in audio/L16;rate=16000",
                "audio/L16;rate=CD | says rate=cd; expected a number",
                "audio/L16;rate=999999 | says a rate of 999999; expected 1 to 768000",
                "audio/L16;rate=8000;channels=0 | says 0 channels; expected 1 to 256",
                "audio/pcm;rate=8000;bits=8 | says 8 bits; expected 16, 24 or 32 of audio/pcm, of floats 32",
                "audio/pcm;rate=8000;bits=16;encoding=float | says 16 bits; expected 16, 24 or 32 of audio/pcm, of"
                        + " floats 32"
            })
    void saysWhatIsMissing(String type, String error) {
        assertEquals(
                "content-type: " + error,
                assertThrows(InferenceException.class, () -> PcmType.of(type)).getMessage());
    }
}
