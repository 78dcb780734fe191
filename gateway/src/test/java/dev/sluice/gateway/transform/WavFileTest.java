package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.gateway.transform.PcmFormat.Encoding;
import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WavFileTest {

    private static final byte[] TWO = WavBytes.bytes((short) 0x4000, (short) -0x8000);
    private static final float[] BOTH = {0.5f, -1};

    private static float[] samples(byte[] file, int channel) {
        Recording recording = Recording.of("body", ByteBuffer.wrap(file));
        float[] samples = new float[recording.frames()];
        recording.read(channel, 0, samples, samples.length);
        return samples;
    }

    private static float[] samples(byte[] file) {
        return samples(file, AudioInput.MEAN);
    }

    private static String refused(byte[] file) {
        return String.valueOf(
                assertThrows(InferenceException.class, () -> samples(file)).getMessage());
    }

    private static WavBytes usual() {
        return new WavBytes().format(WavBytes.PCM, 1, 16000, 16);
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 8, c000",
        "1, 16, 00400080",
        "1, 24, 000040000080",
        "1, 32, 0000004000000080",
        "3, 32, 0000003f000080bf",
        "3, 64, 000000000000e03f000000000000f0bf",
        "1, 12, 00400080",
        "1, 20, 000040000080"
    })
    void readsWhatSamplesAreWrittenAs(int kind, int bits, String data) {
        byte[] file = new WavBytes()
                .format(kind, 1, 16000, bits)
                .chunk("data", hex(data))
                .riff();
        assertArrayEquals(BOTH, samples(file));
    }

    @ParameterizedTest
    @CsvSource({"16, 40008000", "24, 400000800000", "32, 4000000080000000"})
    void readsWhatIsWrittenWithTheGreatestFirst(int bits, String data) {
        byte[] file = new WavBytes(ByteOrder.BIG_ENDIAN)
                .format(WavBytes.PCM, 1, 16000, bits)
                .chunk("LIST", hex("00"))
                .chunk("data", hex(data))
                .riff();
        assertArrayEquals(BOTH, samples(file));
    }

    /** All 256 of each, by what CPython's audioop made of them. */
    @ParameterizedTest
    @CsvSource({"6, 2641774167", "7, 210008735"})
    void readsWhatTelephonesWrite(int kind, long checksum) {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        float[] samples = samples(
                new WavBytes().format(kind, 1, 8000, 8).chunk("data", all).riff());
        short[] shorts = new short[256];
        for (int i = 0; i < all.length; i++) {
            shorts[i] = (short) (samples[i] * 32768);
        }
        CRC32 actual = new CRC32();
        actual.update(WavBytes.bytes(shorts));
        assertEquals(checksum, actual.getValue());
    }

    private static byte[] extensible(int number, String rest) {
        ByteBuffer form = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        form.putShort((short) 0xFFFE).putShort((short) 1).putInt(16000).putInt(32000);
        form.putShort((short) 2).putShort((short) 16).putShort((short) 22);
        form.putShort((short) 16).putInt(4).putInt(number).put(hex(rest));
        return form.array();
    }

    @Test
    void readsWhatAnExtensibleHeadSaysInItsGuid() {
        String rest = "00001000800000aa00389b71";
        byte[] file = new WavBytes()
                .chunk("fmt ", extensible(1, rest))
                .chunk("data", TWO)
                .riff();
        assertArrayEquals(BOTH, samples(file));
        byte[] ambisonic = new WavBytes()
                .chunk("fmt ", extensible(1, "2107d3118644c8c1ca000000"))
                .chunk("data", TWO)
                .riff();
        assertEquals(
                "body: the WAV's chunk \"fmt \" at offset 12 says that samples are of format 0xFFFE; expected PCM,"
                        + " floats, A-law or mu-law",
                refused(ambisonic));
        byte[] cut = Arrays.copyOf(extensible(1, rest), 18);
        assertEquals(
                "body: the WAV's chunk \"fmt \" at offset 12 has 18 bytes; expected 40, for it is extensible",
                refused(new WavBytes().chunk("fmt ", cut).riff()));
    }

    @Test
    void findsChunksInAnyOrderAndPassesOverOthers() {
        byte[] file = new WavBytes()
                .chunk("LIST", new byte[7])
                .chunk("data", TWO)
                .chunk("bext", new byte[602])
                .format(WavBytes.PCM, 1, 16000, 16)
                .chunk("id3 ", 99, new byte[0])
                .riff();
        assertArrayEquals(BOTH, samples(file));
    }

    @Test
    void takesTheMeanOfChannelsOrOneOfThem() {
        byte[] file = new WavBytes()
                .format(WavBytes.PCM, 2, 16000, 16)
                .chunk("data", WavBytes.bytes((short) 0x4000, (short) 0x2000, (short) -0x4000, (short) 0))
                .riff();
        assertArrayEquals(new float[] {0.375f, -0.25f}, samples(file));
        assertArrayEquals(new float[] {0.5f, -0.5f}, samples(file, 0));
        assertArrayEquals(new float[] {0.25f, 0}, samples(file, 1));
    }

    /** What a recorder writes before it knows how long it will be: nothing, all ones, or sox's number. */
    @ParameterizedTest
    @ValueSource(longs = {0, 0xFFFFFFFFL, 0x7FFFF000L})
    void takesWhatIsWrittenWhileItIsRecordedToItsEnd(long said) {
        byte[] file = usual().chunk("data", said, TWO).file("RIFF", said == 0 ? 36 : said);
        assertArrayEquals(BOTH, samples(file));
        assertArrayEquals(new float[] {0.5f}, samples(Arrays.copyOf(file, file.length - 1)));
    }

    @Test
    void aHeadWithoutLengthIsNoneWhereTheFileSaysSo() {
        byte[] file = usual().chunk("data", new byte[0]).chunk("LIST", TWO).riff();
        assertEquals("body: has no sample", refused(file));
    }

    private static byte[] longSizes(long dataBytes) {
        ByteBuffer sizes = ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN);
        return sizes.putLong(0).putLong(dataBytes).putLong(0).putInt(0).array();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RF64", "BW64"})
    void readsWhatHasItsSizesInSixtyFourBits(String kind) {
        byte[] file = new WavBytes()
                .chunk("ds64", longSizes(4))
                .format(WavBytes.PCM, 1, 16000, 16)
                .chunk("data", 0xFFFFFFFFL, TWO)
                .chunk("LIST", TWO)
                .file(kind, 0xFFFFFFFFL);
        assertArrayEquals(BOTH, samples(file));
        byte[] lying = new WavBytes()
                .chunk("ds64", longSizes(1000))
                .format(WavBytes.PCM, 1, 16000, 16)
                .chunk("data", 0xFFFFFFFFL, TWO)
                .file(kind, 0xFFFFFFFFL);
        assertEquals(
                "body: the WAV's chunk \"data\" at offset 72 says that it has 1000 bytes, and 4 are left",
                refused(lying));
        byte[] open = new WavBytes()
                .chunk("ds64", longSizes(-1))
                .format(WavBytes.PCM, 1, 16000, 16)
                .chunk("data", 0xFFFFFFFFL, TWO)
                .file(kind, 0xFFFFFFFFL);
        assertArrayEquals(BOTH, samples(open));
    }

    @Test
    void refusesWhatIsCutShort() {
        byte[] file = usual().chunk("data", TWO).riff();
        assertEquals(
                "body: the WAV's chunk \"data\" at offset 36 says that it has 4 bytes, and 3 are left",
                refused(Arrays.copyOf(file, file.length - 1)));
        assertEquals("body: the WAV has no chunk \"data\", or ends before it", refused(Arrays.copyOf(file, 36)));
        assertEquals("body: the WAV has no chunk \"fmt \", or ends before it", refused(Arrays.copyOf(file, 12)));
        assertEquals(
                "body: the WAV's chunk \"fmt \" at offset 12 says that it has 16 bytes, and 10 are left",
                refused(Arrays.copyOf(file, 30)));
        assertEquals(
                "body: is cut in the middle of a sample: 3 bytes are no whole number of 2, which 1 channels of INT_16"
                        + " have",
                refused(usual().chunk("data", new byte[3]).riff()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1|0|16000|16|body: says 0 channels; expected 1 to 256",
                "1|257|16000|16|body: says 257 channels; expected 1 to 256",
                "1|1|0|16|body: says a rate of 0; expected 1 to 768000",
                "1|1|-1|16|body: says a rate of 4294967295; expected 1 to 768000",
                "1|1|16000|0|body: the WAV's chunk \"fmt \" at offset 12 says that samples of format 1 have 0 bits",
                "1|1|16000|33|body: the WAV's chunk \"fmt \" at offset 12 says that samples of format 1 have 33 bits",
                "3|1|16000|16|body: the WAV's chunk \"fmt \" at offset 12 says that samples of format 3 have 16 bits",
                "6|1|16000|16|body: the WAV's chunk \"fmt \" at offset 12 says that samples of format 6 have 16 bits"
            })
    void refusesAHeadThatMakesNoSense(int kind, int channels, int rate, int bits, String error) {
        assertEquals(
                error,
                refused(new WavBytes()
                        .format(kind, channels, rate, bits)
                        .chunk("data", TWO)
                        .riff()));
    }

    @Test
    void refusesAHeadThatContradictsItself() {
        byte[] file = usual().chunk("data", TWO).riff();
        file[32] = 3;
        assertEquals(
                "body: the WAV's chunk \"fmt \" at offset 12 says that 3 bytes hold a sample of each channel, and 1 of"
                        + " 16 bits take 2",
                refused(file));
    }

    @Test
    void saysWhatItIsThatItDoesNotRead() {
        byte[] mp3 = new WavBytes().format(0x55, 1, 16000, 0).chunk("data", TWO).riff();
        assertEquals(
                "body: the WAV's chunk \"fmt \" at offset 12 says that samples are MP3; expected PCM, floats, A-law or"
                        + " mu-law",
                refused(mp3));
        String expected =
                "; expected a WAV, or raw samples that the content type tells of, as in" + " audio/L16;rate=16000";
        for (String[] other : new String[][] {
            {"OggS\0\0\0\0", "an Ogg file (Vorbis or Opus)"},
            {"ID3\4\0\0", "an MP3"},
            {"\0\0\0 ftypM4A ", "an MP4 or M4A file"},
            {"RIFF\0\0\0\0WEBP", "no WAV"},
            {"RIFF", "no WAV"}
        }) {
            byte[] bytes = other[0].getBytes(StandardCharsets.ISO_8859_1);
            InferenceException thrown =
                    assertThrows(InferenceException.class, () -> Recording.of("part", ByteBuffer.wrap(bytes)));
            assertInstanceOf(InferenceError.UnsupportedMediaType.class, thrown.error());
            assertEquals("part: is " + other[1] + expected, thrown.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({"0000c07f, NaN", "0000807f, Infinity"})
    void refusesWhatIsNoNumber(String bits, String called) {
        byte[] file = new WavBytes()
                .format(WavBytes.FLOAT, 1, 16000, 32)
                .chunk("data", hex("00000000" + bits))
                .riff();
        assertEquals("body: sample 1 is " + called + "; expected a number", refused(file));
    }

    @Test
    void thereIsSilenceAroundIt() {
        Recording recording = new Recording(
                "body", PcmFormat.of("body", Encoding.INT_16, ByteOrder.LITTLE_ENDIAN, 16000, 1), ByteBuffer.wrap(TWO));
        float[] samples = {9, 9, 9, 9, 9};
        recording.read(AudioInput.MEAN, -1, samples, 4);
        assertArrayEquals(new float[] {0, 0.5f, -1, 0, 9}, samples);
    }
}
