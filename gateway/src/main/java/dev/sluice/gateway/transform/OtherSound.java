package dev.sluice.gateway.transform;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/** What people send as sound that is not read here, so that they are told what they have sent. */
enum OtherSound {
    MP3("an MP3", "ID3|\u00FF[\u00FB\u00F3\u00F2]"),
    AAC("an AAC stream", "\u00FF[\u00F1\u00F9]"),
    OGG("an Ogg file (Vorbis or Opus)", "OggS"),
    FLAC("a FLAC file", "fLaC"),
    MP4("an MP4 or M4A file", "....ftyp"),
    WEBM("a WebM or Matroska file", "\u001AE\u00DF\u00A3"),
    AIFF("an AIFF file", "FORM"),
    AU("an AU file", "\\.snd"),
    CAF("a CAF file", "caff"),
    AMR("an AMR file", "#!AMR");

    private static final int LONGEST_BEGINNING = 8;

    private final String called;
    private final Pattern beginning;

    OtherSound(String called, String beginning) {
        this.called = called;
        this.beginning = Pattern.compile(beginning, Pattern.DOTALL);
    }

    /** As people call what begins so, or that it is nothing that is known here. */
    static String name(ByteBuffer bytes) {
        ByteBuffer head = bytes.slice(0, Math.min(LONGEST_BEGINNING, bytes.limit()));
        String start = StandardCharsets.ISO_8859_1.decode(head).toString();
        return Arrays.stream(values())
                .filter(kind -> kind.beginning.matcher(start).lookingAt())
                .map(kind -> kind.called)
                .findFirst()
                .orElse("no WAV");
    }
}
