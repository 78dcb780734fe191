package dev.sluice.gateway.command;

import dev.sluice.gateway.front.v2.JsonOutput;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was typed behind {@code ./sluice models}, as a request.
 *
 * @param url the server
 * @param method of HTTP
 * @param path below that
 * @param body empty for none
 */
record ModelsRequest(String url, String method, String path, String body) {

    private static final String DEFAULT_URL = "http://127.0.0.1:8090";
    private static final String URL = "--url";
    private static final String OF_VERSION = "--version";
    private static final String SHA256 = "--sha256";
    private static final List<String> OPTIONS = List.of(URL, OF_VERSION, SHA256);
    private static final List<String> SOURCE_ACTIONS = List.of("add", "remove");
    private static final String MODELS = "/admin/v1/models";
    private static final String AUDIT = "/admin/v1/audit";
    private static final String DEFAULT = "default";
    private static final String NO_VERSION = "none";
    private static final String TO_COME = "to_come";
    private static final Pattern SETTING = Pattern.compile("(?:([a-z_]+)\\.)?([a-z_]+)=(.+)");
    private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,2}");
    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,17}");

    /** @throws IllegalArgumentException for words that say nothing, with a message for people */
    static ModelsRequest parse(List<String> words) {
        Deque<String> left = new ArrayDeque<>();
        Map<String, String> options = new LinkedHashMap<>();
        Deque<String> all = new ArrayDeque<>(words);
        while (!all.isEmpty()) {
            String word = all.remove();
            if (word.startsWith("-")) {
                option(word, all, options);
            } else {
                left.add(word);
            }
        }
        String action = left.isEmpty() ? "list" : left.remove();
        String given = options.remove(URL);
        String url = stripped(given == null ? DEFAULT_URL : given);
        ModelsRequest request =
                SOURCE_ACTIONS.contains(action) ? source(action, left, url, options) : of(action, left, url);
        if (!options.isEmpty()) {
            throw new IllegalArgumentException(options.keySet() + " says nothing to " + action);
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("what is " + left + " behind " + action + "?");
        }
        return request;
    }

    private static void option(String word, Deque<String> behind, Map<String, String> options) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        if (!OPTIONS.contains(name)) {
            throw new IllegalArgumentException(name + " is not an option; there is " + String.join(", ", OPTIONS));
        }
        String value = equals < 0 ? next(behind, name + " needs a value behind it") : word.substring(equals + 1);
        options.put(name, value);
    }

    /** {@code add NAME --version N URL} and {@code remove NAME --version N}. */
    private static ModelsRequest source(String action, Deque<String> words, String url, Map<String, String> options) {
        String model = model(action, words);
        String version = options.remove(OF_VERSION);
        if (version == null || !VERSION.matcher(version).matches()) {
            throw new IllegalArgumentException(action + " needs " + OF_VERSION + " and a number from 1 on");
        }
        String path = model + "/versions/" + version + "/source";
        if (action.equals("remove")) {
            return new ModelsRequest(url, "DELETE", path, "");
        }
        Map<String, String> members = new LinkedHashMap<>();
        members.put("url", quoted(next(words, "add needs a URL of https, s3 or file")));
        String sha256 = options.remove(SHA256);
        if (sha256 != null) {
            members.put("sha256", quoted(sha256));
        }
        return new ModelsRequest(url, "PUT", path, object(members));
    }

    private static String stripped(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private static String next(Deque<String> words, String otherwise) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException(otherwise);
        }
        return words.remove();
    }

    private static ModelsRequest of(String action, Deque<String> words, String url) {
        return switch (action) {
            case "list" -> new ModelsRequest(url, "GET", words.isEmpty() ? MODELS : model(action, words), "");
            case "load", "unload", "rollback", "promote", "reset" ->
                new ModelsRequest(url, "POST", model(action, words) + "/" + action, "");
            case "history" -> new ModelsRequest(url, "GET", history(words), "");
            case "drift" -> new ModelsRequest(url, "GET", model(action, words) + "/drift", "");
            case "baseline" -> new ModelsRequest(url, "POST", model(action, words) + "/baseline", baseline(words));
            case "serve" -> new ModelsRequest(url, "POST", model(action, words) + "/serve", versions(words));
            case "instances" -> instances(url, model(action, words) + "/instances", words);
            case "traffic" -> traffic(url, model(action, words), words);
            case "label" -> label(url, model(action, words), words);
            default ->
                throw new IllegalArgumentException("there is no action '" + action
                        + "'. The actions are: list, load, unload, serve, rollback, instances, label, traffic, promote, add,"
                        + " remove, reset, history, drift, baseline");
        };
    }

    private static String model(String action, Deque<String> words) {
        return MODELS + "/" + segment(next(words, action + " needs the name of a model"));
    }

    private static String baseline(Deque<String> words) {
        return words.isEmpty() ? "" : "{\"version\":" + version(words.remove()) + "}";
    }

    private static String history(Deque<String> words) {
        return words.isEmpty() ? AUDIT : AUDIT + "?model=" + segment(words.remove());
    }

    private static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** {@code latest 2} is one item, although it is typed as two words. */
    private static String versions(Deque<String> words) {
        String text = next(words, "serve needs versions: numbers, all, latest, latest N, or default");
        while (!words.isEmpty()) {
            text += " " + words.remove();
        }
        if (text.equals(DEFAULT)) {
            return "{\"versions\":[]}";
        }
        String[] items = text.startsWith("latest") ? new String[] {text} : text.split("[ ,]+", -1);
        return Stream.of(items).map(ModelsRequest::quoted).collect(Collectors.joining(",", "{\"versions\":[", "]}"));
    }

    private static ModelsRequest instances(String url, String path, Deque<String> words) {
        String text = next(words, "instances needs a number, or default");
        String group = words.isEmpty() ? "" : words.remove();
        if (text.equals(DEFAULT)) {
            return new ModelsRequest(url, "DELETE", group.isEmpty() ? path : path + "?group=" + segment(group), "");
        }
        if (!COUNT.matcher(text).matches()) {
            throw new IllegalArgumentException(text + " is no number of instances, nor default");
        }
        String ofGroup = group.isEmpty() ? "" : ",\"group\":" + quoted(group);
        return new ModelsRequest(url, "PUT", path, "{\"instances\":" + text + ofGroup + "}");
    }

    private static String quoted(String text) {
        JsonOutput out = new JsonOutput(64).string(text);
        return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
    }

    /** {@code guard.errors=2} is a member of a member. */
    private static ModelsRequest traffic(String url, String model, Deque<String> words) {
        String path = model + "/traffic";
        if (words.size() == 1 && words.peek().equals(DEFAULT)) {
            words.remove();
            return new ModelsRequest(url, "DELETE", path, "");
        }
        boolean isToCome = words.remove(TO_COME);
        Map<String, String> members = new LinkedHashMap<>();
        Map<String, Map<String, String>> sections = new LinkedHashMap<>();
        do {
            String word = next(words, "traffic needs settings, such as candidate=newest weight=5, or default");
            Matcher setting = SETTING.matcher(word);
            if (!setting.matches()) {
                throw new IllegalArgumentException(word + " is no setting; they look like weight=5 and guard.errors=2");
            }
            Map<String, String> section = setting.group(1) == null
                    ? members
                    : sections.computeIfAbsent(setting.group(1), first -> new LinkedHashMap<>());
            section.put(setting.group(2), quoted(setting.group(3)));
        } while (!words.isEmpty());
        if (!members.containsKey("candidate")) {
            throw new IllegalArgumentException(
                    "traffic replaces all settings, so it needs candidate=newest, a version, a label, or none");
        }
        sections.forEach((section, inner) -> members.put(section, object(inner)));
        return new ModelsRequest(url, "PUT", isToCome ? path + "?to_come=true" : path, object(members));
    }

    private static String object(Map<String, String> members) {
        return members.entrySet().stream()
                .map(member -> quoted(member.getKey()) + ":" + member.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static ModelsRequest label(String url, String model, Deque<String> words) {
        String label = next(words, "label needs a label and a version, or none");
        String version = next(words, "label needs a version behind the label, or none to remove it");
        String path = model + "/labels/" + segment(label);
        return version.equals(NO_VERSION)
                ? new ModelsRequest(url, "DELETE", path, "")
                : new ModelsRequest(url, "PUT", path, "{\"version\":" + version(version) + "}");
    }

    private static String version(String text) {
        if (!VERSION.matcher(text).matches()) {
            throw new IllegalArgumentException(text + " is no version, nor none");
        }
        return text;
    }
}
