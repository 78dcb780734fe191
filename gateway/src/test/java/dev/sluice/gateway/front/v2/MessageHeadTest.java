package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is read of a message before its model is known; and whether a text is one at all. */
class MessageHeadTest {

    private static MessageHead read(String json, boolean namesModel) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return MessageHead.of(new RequestBody(bytes, 0, bytes.length, bytes.length), JsonOptions.STRICT, namesModel);
    }

    @Test
    void findsItsMembersWhereverTheyStand() {
        MessageHead head = read(
                "{\"inputs\":[{\"id\":\"no\",\"data\":[1,[2]]}],\"model_version\":\"3\",\"model_name\":\"m\",\"id\":\"7\"}",
                true);
        assertEquals(new MessageHead("7", null, "m", "3", null), head);
        assertEquals("8", read("{\"cancel\":\"8\"}", false).cancel());
        assertEquals(new MessageHead(null, null, null, null, null), read("{\"id\":null}", true));
    }

    @Test
    void readsNoFurtherThanItMust() {
        String broken = "{\"id\":\"7\",\"inputs\":[,";
        assertNull(read(broken, false).problem());
        assertNotNull(read(broken, true).problem());
    }

    @Test
    void keepsWhatItCouldReadOfWhatIsMalformed() {
        MessageHead head = read("{\"id\":\"7\",\"model_name\":\"m\",", true);
        assertEquals("7", head.id());
        assertNotNull(head.problem());
        for (String wrong :
                new String[] {"", "[]", "7", "{\"id\":7}", "{\"id\":\"a\",\"id\":\"b\"}", "{} x", "{\"cancel\":true}"
                }) {
            assertNotNull(read(wrong, true).problem(), wrong);
        }
    }

    @Test
    void givesARequestUpOnlyWhenItSaysNothingElse() {
        for (String wrong : new String[] {
            "{\"id\":\"q\",\"cancel\":\"1\",\"inputs\":[]}",
            "{\"cancel\":\"1\",\"id\":\"q\",\"inputs\":[]}",
            "{\"cancel\":\"1\",\"inputs\":[]}",
            "{\"inputs\":[],\"cancel\":\"1\"}",
            "{\"cancel\":\"1\",\"more\":1}",
            "{\"cancel\":\"a\",\"cancel\":\"b\"}",
            "{\"cancel\":null}",
            "{\"cancel\":7}",
            "{\"cancel\":\"1\"}xx",
            "{\"cancel\":\"1\",\"inputs\":\"",
            "{\"cancel\":\"1\"",
            "{\"cancel\":\"1"
        }) {
            for (boolean namesModel : new boolean[] {false, true}) {
                MessageHead head = read(wrong, namesModel);
                assertNull(head.cancel(), wrong);
                assertNotNull(head.problem(), wrong);
                String message = head.problem().error().message();
                assertTrue(message.contains("cancel"), message);
            }
        }
        byte[] tensors = "{\"cancel\":\"1\"}raw".getBytes(StandardCharsets.UTF_8);
        MessageHead raw = MessageHead.of(new RequestBody(tensors, 0, 14, tensors.length), JsonOptions.STRICT, false);
        assertNull(raw.cancel());
        assertNotNull(raw.problem());
    }

    @Test
    void knowsTextAsTheJdkDoes() {
        SplittableRandom random = new SplittableRandom(7);
        int valid = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = "abcdefgh\u00e4\u20ac\ud83d\ude00xyz0123456789".getBytes(StandardCharsets.UTF_8);
            for (int changes = random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            int to = random.nextInt(bytes.length + 1);
            boolean expected = isText(bytes, to);
            assertEquals(expected, Utf8.isValid(bytes, 0, to));
            valid += expected ? 1 : 0;
        }
        assertTrue(valid > 1000, valid + " valid texts");
        assertFalse(Utf8.isValid(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, 0, 3));
    }

    private static boolean isText(byte[] bytes, int to) {
        try {
            var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, to));
            return true;
        } catch (CharacterCodingException broken) {
            return false;
        }
    }
}
