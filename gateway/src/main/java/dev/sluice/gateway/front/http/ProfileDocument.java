package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;

/**
 * What OpenAPI has to say of a profile, at {@code /openapi/PROFILE.json}: written by hand, and held to what is served by a
 * test.
 *
 * @param path where it is shown
 * @param text ASCII only, which {@link JsonOutput#raw} wants
 */
public record ProfileDocument(String path, String text) {

    /** The document of that profile, which lies in the jar. */
    public static ProfileDocument read(Profile profile) {
        return new ProfileDocument(pathOf(profile), BundledFile.text(profile + ".openapi.json"));
    }

    /** Where that of a profile is shown. */
    static String pathOf(Profile profile) {
        return "/openapi/" + profile + ".json";
    }

    /** Shows it. */
    public void addTo(RouteTable table, Exchanges exchanges) {
        table.get(path, context -> exchanges.of(context).json(json()));
    }

    public JsonOutput json() {
        return new JsonOutput(text.length()).raw(text);
    }
}
