"""Servers in processes of their own: started, counted and ended."""

import os
import subprocess
import sys
import time

import pytest

from bench.processes import NeverReady, companion, free_port, running, tree_cpu_s

FORKS = """
import http.server, os, sys
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)
if os.fork():
    os.wait()
else:
    server.serve_forever()
"""


class TestRunning:
    def test_ends_the_server_with_the_block(self):
        port = free_port()
        with running([sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"], port=port) as server:
            assert server.workers() == [server.pid]
            assert server.url == f"http://127.0.0.1:{port}"
        with pytest.raises(ProcessLookupError):
            os.kill(server.pid, 0)

    def test_tells_why_a_server_never_came_up(self):
        with (
            pytest.raises(NeverReady, match="no such option"),
            running([sys.executable, "-c", "raise SystemExit('no such option')"], port=free_port()),
        ):
            pass


class TestServer:
    def test_counts_the_workers_under_it(self):
        port = free_port()
        with running([sys.executable, "-c", FORKS, str(port)], port=port) as server:
            [worker] = server.workers()
            assert worker != server.pid
            assert server.pss_mib() > 0
            assert server.cpu_s() >= 0
            os.kill(worker, 15)

    def test_takes_no_account_of_a_process_that_ended(self):
        port = free_port()
        with running([sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"], port=port) as server:
            pass
        assert (server.cpu_s(), server.pss_mib()) == (0, 0)

    def test_waits_until_the_work_is_done(self):
        work = "import time\nends = time.process_time() + 0.6\nwhile time.process_time() < ends: pass\ntime.sleep(60)"
        with companion([sys.executable, "-c", work], env={}) as worker:
            while worker.cpu_s() < 0.1:
                pass
            worker.settle()
            assert worker.cpu_s() >= 0.55
        with pytest.raises(ProcessLookupError):
            os.kill(worker.pid, 0)


class TestTreeCpuS:
    def test_counts_processes_under_way_and_ended_once(self):
        began_s = tree_cpu_s()
        busy = "import time\nwhile time.process_time() < 0.6: pass\nprint(flush=True)\ntime.sleep(60)"
        with subprocess.Popen([sys.executable, "-c", busy], stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            own_s = time.process_time()
            under_way_s = tree_cpu_s() - began_s
            child.kill()
        assert 0.5 < under_way_s < 1.5 + own_s
        assert tree_cpu_s() - began_s == pytest.approx(under_way_s, abs=0.3)
