package dev.sluice.gateway.transform;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What people send as sound that is not read here, so that they are told what they have sent. */
enum OtherSound {
    MP3("an MP3", 0, "ID3", "\u00FF\u00FB", "\u00FF\u00F3", "\u00FF\u00F2"),
    AAC("an AAC stream", 0, "\u00FF\u00F1", "\u00FF\u00F9"),
    OGG("an Ogg file (Vorbis or Opus)", 0, "OggS"),
    FLAC("a FLAC file", 0, "fLaC"),
    MP4("an MP4 or M4A file", 4, "ftyp"),
    WEBM("a WebM or Matroska file", 0, "\u001AE\u00DF\u00A3"),
    AIFF("an AIFF file", 0, "FORM"),
    AU("an AU file", 0, ".snd"),
    CAF("a CAF file", 0, "caff"),
    AMR("an AMR file", 0, "#!AMR");

    private final String called;
    private final int at;
    private final byte[][] marks;

    OtherSound(String called, int at, String... marks) {
        this.called = called;
        this.at = at;
        this.marks = Arrays.stream(marks)
                .map(mark -> mark.getBytes(StandardCharsets.ISO_8859_1))
                .toArray(byte[][]::new);
    }

    /** As people call what begins so, or that it is nothing that is known here. */
    static String name(ByteBuffer bytes) {
        return Arrays.stream(values())
                .filter(kind -> kind.begins(bytes))
                .map(kind -> kind.called)
                .findFirst()
                .orElse("no WAV");
    }

    private boolean begins(ByteBuffer bytes) {
        return Arrays.stream(marks)
                .anyMatch(mark -> bytes.limit() >= at + mark.length
                        && bytes.slice(at, mark.length).equals(ByteBuffer.wrap(mark)));
    }
}
