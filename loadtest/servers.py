"""Builds, starts and ends the programs that bench.py measures."""

import http.client
import os
import pathlib
import shutil
import signal
import subprocess
import time

import readings

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULE = ROOT / "loadtest"
WORK = MODULE / "target" / "bench"
"""Logs, bodies and the model repository of the run."""

MODELS = {"mlp": MODULE / "models" / "mlp", "digits": ROOT / "conf" / "models" / "digits"}

BUILD_SECONDS = 900
START_SECONDS = 60
END_SECONDS = 15


class Failure(Exception):
    """Ends the run with a sentence for the user."""


def environment(java_opts):
    """Returns this process's environment without what would change the gateway's settings behind the run's back."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE_")}
    return clean | {"SLUICE_JAVA_OPTS": java_opts}


class Java:
    """The JDK that ./sluice uses, and the class path of the programs in this module."""

    def __init__(self):
        self.home = _output([ROOT / "sluice", "java-home"])
        version = subprocess.run([f"{self.home}/bin/java", "-version"], capture_output=True, text=True, check=True)
        self.version = " / ".join(version.stderr.strip().splitlines()[:2])
        # As in the launcher: from JDK 23 on, Netty is slower or noisy unless this is allowed by name.
        major = readings.java_major(version.stderr)
        self._flags = ["--enable-native-access=ALL-UNNAMED"]
        if major >= 23:
            self._flags.append("--sun-misc-unsafe-memory-access=allow")
        self._build()
        jar, = (MODULE / "target").glob("sluice-loadtest-*.jar")
        self._class_path = f"{jar}:{(MODULE / 'target' / 'classpath').read_text().strip()}"

    def _build(self):
        made = MODULE / "target" / "classpath"  # the last thing that the build makes
        started = time.time()
        sources = [ROOT / "pom.xml", MODULE / "pom.xml", *(MODULE / "src" / "main").rglob("*")]
        if made.exists() and all(source.stat().st_mtime < made.stat().st_mtime for source in sources):
            return
        if not shutil.which("mvn"):
            raise Failure("Maven is needed to build, and there is no mvn on the PATH")
        command = ["mvn", "-B", "-ntp", "-pl", "loadtest", "package", "-Dmaven.test.skip=true",
                   "-Dspotless.check.skip=true", "-Dcheckstyle.skip=true"]
        built = subprocess.run(command, cwd=ROOT, env=os.environ | {"JAVA_HOME": self.home}, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               timeout=BUILD_SECONDS, check=False)
        if built.returncode != 0:
            raise Failure(f"the build of loadtest failed:\n{_tail(built.stdout)}")
        os.utime(made, (started, started))  # Maven leaves the file alone when it would write the same

    def command(self, main, java_opts, *arguments):
        """Returns the command line that runs a class of this module the way the launcher runs the gateway."""
        options = java_opts.split()
        collector = [] if any("GC" in option for option in options) else ["-XX:+UseG1GC"]
        return [f"{self.home}/bin/java", *self._flags, *collector, *options, "-cp", self._class_path,
                f"dev.sluice.loadtest.{main}", *map(str, arguments)]

    def collect_garbage(self, pid):
        """Empties the young generation, which is when the JVM notes how much was allocated in it."""
        _output([f"{self.home}/bin/jcmd", str(pid), "GC.run"])
        time.sleep(0.5)  # the note comes by a notification


class Server:
    """A process of our own in a session of its own, from its start until end() or the end of `with`."""

    def __init__(self, name, command, env=None, patience=START_SECONDS):
        self.name = name
        self._log = WORK / f"{name}.log"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=subprocess.STDOUT, start_new_session=True)
        try:
            self.host, self.port = self._wait_until_ready(patience)
        except BaseException:
            self.end()
            raise

    @property
    def pid(self):
        return self._process.pid

    def log(self):
        return self._log.read_text(errors="replace")

    def _wait_until_ready(self, patience):
        limit = time.monotonic() + patience
        while True:
            ready = readings.ready_url(self.log())
            if ready:
                return ready
            if self._process.poll() is not None:
                raise Failure(f"{self.name} ended with status {self._process.returncode}:\n{_tail(self.log())}")
            if time.monotonic() > limit:
                raise Failure(f"{self.name} was not ready after {patience} s:\n{_tail(self.log())}")
            time.sleep(0.1)

    def cpu_ticks(self):
        if self._process.poll() is not None:
            raise Failure(f"{self.name} ended with status {self._process.returncode}:\n{_tail(self.log())}")
        return readings.process_ticks(pathlib.Path(f"/proc/{self.pid}/stat").read_text())

    def ask(self, method, path, body=None, headers=None):
        """Returns the answer's body; anything but status 200 ends the run."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(method, path, body,
                               {"Content-Type": "application/json", **(headers or {})} if body else {})
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise Failure(f"{self.name} answered {path} with {response.status}: {answer[:500].decode(errors='replace')}")
        return answer

    def end(self):
        """Asks the process, and whatever it started, to end; insists when it does not."""
        for request in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                return
            # The group is the session that was made for it, so this reaches nobody else.
            os.killpg(self.pid, request)
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.end()


def start_gateway(options):
    """Starts the gateway, with both models, on a free port. Builds it first when that is due."""
    repository = WORK / "models"
    shutil.rmtree(repository, ignore_errors=True)
    for name, folder in MODELS.items():
        shutil.copytree(folder, repository / name)
    command = [str(ROOT / "sluice"), "serve", "--port", "0", "--models", str(repository),
               "--set", f"http.front_loops={options.loops}"]
    for setting in options.set:
        command += ["--set", setting]
    return Server("sluice", command, environment(options.java_opts), BUILD_SECONDS + START_SECONDS)


def start_bare(java, options, answer_bytes):
    """Starts the reference server on a free port."""
    return Server("bare", java.command("BareServer", options.java_opts, "--port", 0, "--loops", options.loops,
                                       "--answer-bytes", answer_bytes))


def run_engine(java, options):
    """Runs the engine without a server and returns its results."""
    named = ",".join(f"{name}={folder / '1' / 'model.onnx'}" for name, folder in MODELS.items())
    command = java.command("RawOnnxLoop", options.java_opts, "--models", named, "--batches", options.engine_batches,
                           "--seconds", options.engine_seconds)
    limit = 30 + 8 * len(options.engine_batches.split(",")) * (options.engine_seconds + 1)
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False)
    if ran.returncode != 0:
        raise Failure(f"the engine loop ended with status {ran.returncode}:\n{_tail(ran.stderr)}")
    return readings.engine_lines(ran.stdout)


def _output(command):
    ran = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, timeout=60,
                         check=False)
    if ran.returncode != 0:
        raise Failure(f"{command[0]} ended with status {ran.returncode}:\n{_tail(ran.stderr)}")
    return ran.stdout.strip()


def _tail(text):
    return "\n".join(text.splitlines()[-20:])
