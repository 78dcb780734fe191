"""Draws digits on the page /draw of a running gateway, in a real Chromium without a window. Called by .ci/browser-test,
with a folder for logs and pictures."""

import math
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request

from selenium import webdriver
from selenium.webdriver.common.actions import interaction
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

ROOT = pathlib.Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 30
BUILD_SECONDS = 300
"""How long a gateway may take to start: the launcher builds it where that has not been done."""
MOVE_MILLIS = 8
"""How long the pointer takes from one point to the next: about half a frame."""

# Points that the pointer passes, from 0 to 1 on the paper; a digit may have several strokes.
ONE = [[(0.42, 0.30), (0.52, 0.18)], [(0.52, 0.18), (0.51, 0.50), (0.50, 0.85)]]
SEVEN = [[(0.25, 0.20), (0.50, 0.20), (0.78, 0.19)], [(0.78, 0.19), (0.62, 0.50), (0.46, 0.86)]]
ZERO = [[(0.5 + 0.22 * math.sin(turn * math.pi / 24), 0.5 - 0.34 * math.cos(turn * math.pi / 24)) for turn in range(49)]]


class Gateway:
    """A gateway from the jar that is built, which starts again where it was."""

    def __init__(self, folder, models):
        self.folder, self.models, self.port, self.process = folder, models, 0, None

    def start(self, *settings):
        command = ["./sluice", "serve", "--port", str(self.port), "--models", str(self.models),
                   "--set", "worker.profile_cache=none"]
        for setting in settings:
            command += ["--set", setting]
        with open(self.folder / "gateway.log", "ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        guard = threading.Timer(BUILD_SECONDS, self.process.kill)
        guard.start()
        ready = self.process.stdout.readline()
        guard.cancel()
        found = re.search(r"http://[^ ]*:(\d+)", ready)
        assert found, "the gateway does not start:\n" + (self.folder / "gateway.log").read_text()
        self.port = int(found.group(1))

    def answered(self, outcome):
        """How many requests over WebSocket ended so, by its metrics."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as page:
            lines = page.read().decode().splitlines()
        wanted = (f'outcome="{outcome}"', 'protocol="websocket"')
        return sum(float(line.split()[-1]) for line in lines
                   if line.startswith("sluice_requests_total{") and all(label in line for label in wanted))

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()


class Page:
    """The page as somebody sees it who draws on it."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, port, path="/draw"):
        self.driver.get(f"http://127.0.0.1:{port}{path}")

    def leave(self):
        self.driver.get("about:blank")

    def text(self, name):
        return self.driver.find_element(By.ID, name).text

    def until(self, what, condition):
        WebDriverWait(self.driver, PATIENCE_SECONDS, poll_frequency=0.02).until(
            lambda _: condition(), f"{what}; the page says: {self.driver.find_element(By.TAG_NAME, 'main').text!r}")

    def until_state(self, word):
        self.until(f"it should be {word}", lambda: self.text("state").lower().startswith(word))

    def draw(self, strokes, kind):
        paper = self.driver.find_element(By.ID, "paper").rect
        for stroke in strokes:
            actions = ActionBuilder(self.driver, mouse=PointerInput(kind, kind), duration=MOVE_MILLIS)
            pointer = actions.pointer_action
            for number, (x, y) in enumerate(stroke):
                pointer.move_to_location(round(paper["x"] + x * paper["width"]), round(paper["y"] + y * paper["height"]))
                if number == 0:
                    pointer.pointer_down()
            pointer.pointer_up()
            actions.perform()

    def until_it_reads(self, digit):
        self.until(f"it should read a {digit}", lambda: self.text("digit") == str(digit))
        shares = [float(bar.text.split()[-2]) for bar in self.driver.find_elements(By.CSS_SELECTOR, "#bars li")]
        assert len(shares) == 10 and shares.index(max(shares)) == digit and shares[digit] > 50, shares
        sure = re.fullmatch(r"([0-9.]+) % sure", self.text("sure"))
        assert sure and float(sure.group(1)) > 50, self.text("sure")

    def answers(self):
        return int(self.text("answers"))

    def clear(self):
        self.driver.find_element(By.ID, "clear").click()

    def ink(self):
        """How many pixels of the paper are not empty."""
        return self.driver.execute_script("""
            const paper = document.getElementById("paper");
            const copy = new OffscreenCanvas(paper.width, paper.height).getContext("2d", {willReadFrequently: true});
            copy.drawImage(paper, 0, 0);
            const rgba = copy.getImageData(0, 0, paper.width, paper.height).data;
            return rgba.filter((value, at) => at % 4 === 3 && value > 0).length;""")

    def runs_injected(self):
        """Whether a script runs that is put into the page's markup."""
        return self.driver.execute_script("""
            const script = document.createElement("script");
            script.textContent = "document.body.dataset.injected = 'it ran'";
            document.body.append(script);
            return "injected" in document.body.dataset;""")

    def complaints(self):
        """What the browser's console has got since the last time, of warnings and errors."""
        return [entry for entry in self.driver.get_log("browser") if entry["level"] in ("WARNING", "SEVERE")]

    def picture(self, path, scheme):
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        time.sleep(0.2)  # nothing depends on it but how the picture looks
        self.driver.save_screenshot(str(path))


def browser(folder):
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--window-size=1000,860", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's own does not work for root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(
        executable_path=shutil.which("chromedriver"), log_output=str(folder / "chromedriver.log"))
    return webdriver.Chrome(options=options, service=service)


def reads_what_is_drawn(page, folder):
    for digit, strokes, kind in ((1, ONE, interaction.POINTER_MOUSE), (7, SEVEN, interaction.POINTER_PEN),
                                 (0, ZERO, interaction.POINTER_TOUCH)):
        before = page.answers()
        page.draw(strokes, kind)
        page.until_it_reads(digit)
        assert page.ink() > 0
        assert page.answers() - before > 1, "it was to stream while it was drawn"
        for place in ("latency", "median", "queue", "infer"):
            assert re.fullmatch(r"[0-9.]+ ms", page.text(place)), f"{place}: {page.text(place)!r}"
        assert re.fullmatch(r"1 row|[2-9] rows", page.text("batch")), page.text("batch")
        page.picture(folder / f"{digit}.png", "dark" if digit == 7 else "light")
        page.clear()
        page.until("it should be empty", lambda: page.text("digit") == "Nothing drawn yet")
        assert page.ink() == 0 and page.text("batch") == "-" and page.text("sure") == ""


def goes_on_with_a_new_server(page, gateway, folder):
    page.draw(SEVEN, interaction.POINTER_MOUSE)
    page.until_it_reads(7)
    gateway.stop()
    page.until_state("disconnected")
    page.clear()
    page.draw(ZERO, interaction.POINTER_MOUSE)
    assert page.text("digit") == "Nothing drawn yet", "nobody was there to read it"
    page.picture(folder / "disconnected.png", "light")
    gateway.start("websocket.window_messages=1", "websocket.idle_timeout=1s")
    page.until_it_reads(0)  # what was drawn meanwhile


def keeps_to_the_window_and_sleeps(page, gateway):
    """With the server of before, which allows one request at a time and ends connections that are not used."""
    page.until_state("asleep")
    page.clear()
    page.draw(ONE, interaction.POINTER_MOUSE)
    page.until_it_reads(1)  # by a new connection
    page.clear()
    page.draw(ZERO, interaction.POINTER_MOUSE)
    page.until_it_reads(0)
    assert gateway.answered("success") > 3
    assert gateway.answered("throttled") == 0, "more was sent than the window allows"


def leaves_a_server_that_does_not_answer(page, gateway):
    page.clear()
    gateway.process.send_signal(signal.SIGSTOP)
    try:
        page.draw(SEVEN, interaction.POINTER_MOUSE)
        page.until_state("disconnected")
    finally:
        gateway.process.send_signal(signal.SIGCONT)
    page.until_it_reads(7)


def sends_nothing_that_is_too_long(page, gateway):
    """What the server would end the connection for, again and again. It stands at /draw/ too, and still leads to the server."""
    page.leave()
    page.complaints()  # until now: that nobody answered while there was no gateway
    gateway.stop()
    gateway.start("websocket.max_message_size=2KiB")
    page.open(gateway.port, "/draw/")
    page.until_state("this server takes messages of 2048 bytes")
    page.draw(SEVEN, interaction.POINTER_MOUSE)
    page.until_state("this server takes messages of 2048 bytes")
    assert page.text("digit") == "Nothing drawn yet"
    assert page.driver.find_element(By.ID, "server").get_property("href") == f"http://127.0.0.1:{gateway.port}/"
    assert not (complaints := page.complaints()), complaints


def says_that_there_is_no_such_model(page, gateway, folder):
    page.leave()
    page.complaints()  # until now: that nobody answered while there was no gateway
    gateway.stop()
    gateway.models = ROOT / "gateway/src/test/resources/models"
    gateway.start()
    page.open(gateway.port)
    page.until_state("this server has no model named digits")
    assert not (complaints := page.complaints()), complaints
    page.picture(folder / "missing.png", "light")


def runs_only_its_own_script(page):
    assert not page.runs_injected(), "the policy does not hold"
    assert any("Content Security Policy" in entry["message"] for entry in page.complaints())


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # by way of what ends the gateway
    folder = pathlib.Path(sys.argv[1])
    gateway = Gateway(folder, ROOT / "conf/models")
    driver = None
    try:
        gateway.start()
        driver = browser(folder)
        page = Page(driver)
        page.open(gateway.port)
        page.until_state("connected")
        reads_what_is_drawn(page, folder)
        assert not (complaints := page.complaints()), complaints
        goes_on_with_a_new_server(page, gateway, folder)
        keeps_to_the_window_and_sleeps(page, gateway)
        leaves_a_server_that_does_not_answer(page, gateway)
        sends_nothing_that_is_too_long(page, gateway)
        says_that_there_is_no_such_model(page, gateway, folder)
        runs_only_its_own_script(page)
    finally:
        if driver:
            driver.quit()
        gateway.stop()
    print("browser: all passed")


main()
