package dev.sluice.gateway.front.ws;

/**
 * Why a connection ends, as its close frame says.
 *
 * @source RFC 6455, section 7.4.1, and the registry of its close codes
 */
enum CloseCode {
    /** Nothing is left to do: the connection was idle. */
    NORMAL(1000),
    /** The server drains; what has no answer was never looked at. */
    GOING_AWAY(1001),
    /** The frames are not those of WebSocket. */
    PROTOCOL_ERROR(1002),
    /** A binary message that does not begin with the length of its JSON. */
    UNSUPPORTED_DATA(1003),
    /** A text message that is not UTF-8. */
    INVALID_PAYLOAD(1007),
    /** The client does not answer pings, or does not finish a message. */
    POLICY_VIOLATION(1008),
    /** A message beyond {@code websocket.max_message_size}. */
    MESSAGE_TOO_BIG(1009),
    /** A defect of ours. */
    INTERNAL_ERROR(1011),
    /** The server has no memory to go on with this connection. */
    TRY_AGAIN_LATER(1013);

    private final short code;

    CloseCode(int code) {
        this.code = (short) code;
    }

    short code() {
        return code;
    }
}
