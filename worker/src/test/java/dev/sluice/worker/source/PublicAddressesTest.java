package dev.sluice.worker.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses may be asked for models, with and without leave for private ones. */
class PublicAddressesTest {

    private static boolean allows(String address, boolean allowPrivate) throws UnknownHostException {
        return PublicAddresses.objection(InetAddress.getByName(address), allowPrivate)
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "93.184.216.34",
                "1.1.1.1",
                "172.15.255.255",
                "172.32.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "192.167.255.255",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:2800:220:1::1",
                "2a00:1450:4001::1",
                "64:ff9b::5db8:d822",
                "::ffff:93.184.216.34",
                "2002:5db8:d822::1"
            })
    void whatIsOnTheInternetIsAllowed(String address) throws UnknownHostException {
        assertEquals(true, allows(address, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.254",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "100.64.0.1",
                "192.0.2.1",
                "198.18.0.1",
                "198.51.100.1",
                "203.0.113.9",
                "192.0.0.1",
                "::1",
                "fc00::1",
                "fd12:3456::1",
                "fec0::1",
                "2001:db8::1",
                "2001::1",
                "4000::1",
                "::ffff:127.0.0.1",
                "::127.0.0.1",
                "::ffff:10.0.0.1",
                "64:ff9b::a00:1",
                "64:ff9b::7f00:1",
                "2002:a00:1::1",
                "2002:7f00:1::"
            })
    void privateNetworksAndThisMachineNeedLeave(String address) throws UnknownHostException {
        assertEquals(false, allows(address, false));
        assertEquals(true, allows(address, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "169.254.0.1",
                "168.63.129.16",
                "100.100.100.200",
                "192.0.0.192",
                "224.0.0.1",
                "239.255.255.250",
                "240.0.0.1",
                "255.255.255.255",
                "0.0.0.0",
                "0.1.2.3",
                "::",
                "fe80::1",
                "ff02::1",
                "fd00:ec2::254",
                "fd20:ce::254",
                "::ffff:169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::"
            })
    void metadataAndMulticastAreNeverAllowed(String address) throws UnknownHostException {
        assertEquals(false, allows(address, false));
        assertEquals(false, allows(address, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2130706433", "127.1"})
    void oddFormsOfAnAddressAreTheAddressThatTheyAre(String form) throws UnknownHostException {
        assertEquals(false, allows(form, false));
    }
}
