package dev.sluice.worker.tokenizer;

import ai.djl.util.JsonUtils;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.sluice.worker.contract.Tokenization;
import dev.sluice.worker.contract.TokenizerFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a tokenizer once it has been read: the tokenizer, and what it says besides how texts become tokens.
 *
 * @thread confined to its reader
 * @owns the tokenizer until somebody holds it, or this is closed
 */
public final class TokenizerFiles implements AutoCloseable {

    private static final Set<String> PADDING = Set.of("[PAD]", "<pad>", "<|padding|>");

    private final TokenizerFile file;
    private final int maxTokens;
    private final int padId;
    private final int vocabulary;
    private final Tokenizer tokenizer;
    private boolean isHeld;

    private TokenizerFiles(TokenizerFile file, JsonObject root, Tokenizer tokenizer) {
        this.file = file;
        this.maxTokens = number(root, "truncation", "max_length");
        this.padId = padId(root);
        this.vocabulary = vocabulary(root);
        this.tokenizer = tokenizer;
    }

    /**
     * Of those bytes.
     *
     * @throws IllegalArgumentException where they are no such file
     */
    public static TokenizerFiles read(byte[] bytes) {
        try {
            String json = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return read(json, digest(bytes));
        } catch (CharacterCodingException | JsonParseException broken) {
            throw new IllegalArgumentException("is no JSON in UTF-8", broken);
        }
    }

    private static TokenizerFiles read(String json, String digest) {
        Tokenizer tokenizer = new Tokenizer(json);
        try {
            JsonObject root = JsonUtils.GSON.fromJson(json, JsonObject.class);
            return new TokenizerFiles(new TokenizerFile(json, digest), root, tokenizer);
        } catch (Throwable broken) {
            tokenizer.close();
            throw broken;
        }
    }

    public TokenizerFile file() {
        return file;
    }

    /** Tokens of a text; 0 where it does not say. */
    public int maxTokens() {
        return maxTokens;
    }

    /** The token that padding consists of; 0 where it has none. */
    public int padId() {
        return padId;
    }

    /** The highest token and one more. */
    public int vocabulary() {
        return vocabulary;
    }

    /**
     * Holds the tokenizer that this has read; once.
     *
     * @param how of this file
     */
    public Tokenizers.Hold hold(Tokenization how) {
        isHeld = true;
        return Tokenizers.hold(how, tokenizer);
    }

    /** As it was made, of no description yet. */
    Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public void close() {
        if (!isHeld) {
            isHeld = true;
            tokenizer.close();
        }
    }

    private static int padId(JsonObject root) {
        int said = number(root, "padding", "pad_id");
        if (said > 0 || !(root.get("added_tokens") instanceof JsonArray added)) {
            return said;
        }
        for (JsonElement each : added) {
            JsonObject token = each.getAsJsonObject();
            if (PADDING.contains(token.get("content").getAsString())) {
                return token.get("id").getAsInt();
            }
        }
        return 0;
    }

    /** By the list of tokens, which is one of scores in some files, and by those that were added to it. */
    private static int vocabulary(JsonObject root) {
        int most = -1;
        @Nullable JsonElement listed = root.getAsJsonObject("model").get("vocab");
        if (listed instanceof JsonObject byToken) {
            for (JsonElement id : byToken.asMap().values()) {
                most = Math.max(most, id.getAsInt());
            }
        } else if (listed instanceof JsonArray scores) {
            most = scores.size() - 1;
        }
        if (root.get("added_tokens") instanceof JsonArray added) {
            for (JsonElement each : added) {
                most = Math.max(most, each.getAsJsonObject().get("id").getAsInt());
            }
        }
        return most + 1;
    }

    private static int number(JsonObject root, String section, String key) {
        return root.get(section) instanceof JsonObject said && said.has(key)
                ? said.get(key).getAsInt()
                : 0;
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }
}
