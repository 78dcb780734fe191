package dev.sluice.worker.settings;

/**
 * A setting given in words, outside of any file: {@code http.port} to {@code 9000}.
 *
 * @param place what a person has to look for to correct it: {@code --port}
 * @param path of the setting
 * @param text the value, as an operator wrote it
 */
public record Assignment(String place, String path, String text) {}
