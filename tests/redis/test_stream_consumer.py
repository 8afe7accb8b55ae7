"""Deliveries through a real Redis: acknowledged when Port has them, and never lost."""

import asyncio
import json

import pytest

from jira.signature import App
from redis_link.troubles import State
from sandbox.redis_server import RedisServer
from tests.redis.deliveries import add, fields_of, pending, running, until, until_left
from tests.redis.network import Network
from webhook_processors import held, hints, stream_consumer


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(stream_consumer, "FRESH_SECONDS", 0.1)
    monkeypatch.setattr(stream_consumer, "IDLE_SECONDS", 0.6)
    monkeypatch.setattr(stream_consumer, "LONGEST_PAUSE", 0.2)


async def until_works_again(log) -> None:
    """It is said once, when it works for all who use it."""

    async def is_said() -> bool:
        return any("Redis works again" in line for line in log)

    await until(is_said)


async def test_an_event_leaves_the_stream_when_its_end_is_told_and_not_before(make_link):
    link = make_link()
    await add(link, "before")
    async with running(link) as pod:
        await add(link, "one", "two")
        await pod.has("before", "one", "two")
        assert set((await pending(link)).values()) == {link.pod}
        pod.end("one", "before")
        await until_left(link, 1)
        assert len(await pending(link)) == 1
        pod.end("two")
        await until_left(link, 0)
        assert await pending(link) == {}


async def test_what_is_kept_fresh_nobody_takes_over(make_link):
    """However long it takes."""
    async with running(make_link()) as one:
        await add(one.link, "slow")
        await one.has("slow")
        async with running(make_link()) as two:
            await asyncio.sleep(1.5)
            assert two.times == {}
            assert list((await pending(one.link)).values()) == [one.link.pod]


async def test_what_a_dead_process_left_another_takes_over(make_link, log):
    dead = make_link()
    async with running(dead) as one:
        await add(dead, "left")
        await one.has("left")
        for task in (*one.consumer._reading, *one.consumer._telling):
            task.cancel()
        async with running(make_link()) as two:
            await two.has("left")
            two.end("left")
            await until_left(dead, 0)
    assert len([line for line in log if "Took over 1 live events" in line]) == 1


async def test_a_process_that_ends_leaves_what_it_has_not_handled_to_others_at_once(make_link, log):
    link = make_link()
    async with running(link) as one:
        await add(link, "done", "not done")
        await one.has("done", "not done")
        one.end("done")
        await one.consumer.stop()
        assert any("1 live events are left to other processes" in line for line in log)
        other = make_link()
        async with running(other) as two:
            async with asyncio.timeout(0.5):
                await two.has("not done")
            assert "done" not in two.times


async def test_one_that_is_given_up_stays_and_comes_again_and_at_last_is_let_go(
    make_link, monkeypatch
):
    monkeypatch.setattr(held, "AGAIN_SECONDS", (0.2, 0.3))
    async with running(make_link()) as pod:
        await add(pod.link, "bad", "good")
        for times in (1, 2, 3):
            await pod.has("bad", times=times)
            pod.end("bad", written=False)
            if times < 3:
                assert len(await pending(pod.link)) >= 1
        await pod.has("good")
        pod.end("good")
        await until_left(pod.link, 0)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"payload": '{"another": "body"}'}, "its signature fits no secret"),
        ({"headers": "{}"}, "no x-hub-signature header"),
        ({"headers": "["}, "its headers are not a JSON object"),
        ({"webhookPath": "integration/elsewhere"}, "nobody handles its webhookPath"),
        ({"webhookPath": ""}, "it has no webhookPath"),
    ],
)
async def test_what_is_not_ours_is_let_go_and_it_is_said_why(make_link, log, changed, said):
    async with running(make_link()) as pod:
        redis = await pod.link.redis()
        await redis.xadd(pod.link.stream_key, fields_of("foreign") | changed)
        await until_left(pod.link, 0)
        assert pod.times == {}
    [line] = [line for line in log if "Refused the delivery" in line]
    assert "'foreign'" in line
    assert said in line


async def test_what_an_app_sends_is_a_hint_at_a_bounded_rate(make_link, monkeypatch, log):
    """Where its client secret isn't known, nothing tells who sent it."""
    monkeypatch.setattr(stream_consumer, "NO_ROOM_SECONDS", 60.0)
    monkeypatch.setattr(hints, "AT_ONCE", 2.0)
    monkeypatch.setattr(hints, "A_SECOND", 0.0)
    async with running(make_link(), App()) as pod:
        redis = await pod.link.redis()
        for name in ("one", "two", "three"):
            headers = json.dumps({"X-Atlassian-Webhook-Identifier": name})
            await redis.xadd(pod.link.stream_key, fields_of(name) | {"headers": headers})
        user = {"headers": "{}", "payload": '{"webhookEvent": "user_created"}'}
        await redis.xadd(pod.link.stream_key, fields_of("foreign") | user)
        await until_left(pod.link, 3)
        pod.end("one", "two")
        await until_left(pod.link, 1)
        assert pod.times == {"one": 1, "two": 1}
    [line] = [line for line in log if "Refused the delivery" in line]
    assert "it has no signature, and apps aren't told of that" in line


async def test_what_is_signed_otherwise_waits_while_the_webhook_is_put_right(
    make_link, monkeypatch
):
    monkeypatch.setattr(stream_consumer, "UNSETTLED_SECONDS", 0.1)
    async with running(make_link()) as pod:
        pod.settled = False
        redis = await pod.link.redis()
        await redis.xadd(pod.link.stream_key, fields_of("early", secret="the former one"))
        await add(pod.link, "ours")
        await pod.has("ours")
        await asyncio.sleep(0.3)
        assert len(await pending(pod.link)) == 2
        pod.settled = True
        await until_left(pod.link, 1)


async def test_without_room_events_wait_in_the_stream(make_link, monkeypatch):
    monkeypatch.setattr(stream_consumer, "NO_ROOM_SECONDS", 0.1)
    async with running(make_link()) as pod:
        pod.room = False
        await add(pod.link, "waits")
        await asyncio.sleep(0.4)
        assert pod.times == {}
        pod.room = True
        await pod.has("waits")


async def test_no_more_is_taken_than_can_be_held(make_link, monkeypatch):
    monkeypatch.setattr(stream_consumer, "MAX_HELD", 2)
    async with running(make_link()) as pod:
        await add(pod.link, "one", "two", "three")
        await pod.has("one", "two")
        await asyncio.sleep(0.3)
        assert "three" not in pod.times
        pod.end("one")
        await pod.has("three")


async def test_a_restart_of_redis_loses_nothing_and_is_said_once(make_link, server, log):
    async with running(make_link()) as pod:
        await add(pod.link, "held", "ended meanwhile")
        await pod.has("held", "ended meanwhile")
        await server.kill()
        pod.end("ended meanwhile")
        await asyncio.sleep(1)
        await server.start()
        await add(pod.link, "after")
        await pod.has("after")
        pod.end("held", "after")
        await until_left(pod.link, 0)
        assert await pending(pod.link) == {}
        assert pod.times == {"held": 1, "ended meanwhile": 1, "after": 1}
        await until_works_again(log)
    assert len([line for line in log if "can't be reached" in line]) == 1


async def test_a_network_that_breaks_loses_nothing_and_is_said_once(
    make_link, server, link_to, log
):
    link = make_link()
    async with Network(server.port) as network, running(link_to(network)) as pod:
        await add(link, "held", "ended meanwhile")
        await pod.has("held", "ended meanwhile")
        await network.cut()
        pod.end("ended meanwhile")
        await add(link, "after")
        await asyncio.sleep(0.5)
        assert "after" not in pod.times
        await network.mend()
        await pod.has("after")
        pod.end("held", "after")
        await until_left(link, 0)
        assert pod.times == {"held": 1, "ended meanwhile": 1, "after": 1}
        await until_works_again(log)
    assert len([line for line in log if "can't be reached" in line]) == 1


async def test_redis_may_come_later_than_its_consumer(link_to, log):
    server = RedisServer()
    async with running(link_to(server)) as pod:
        await asyncio.sleep(0.5)
        async with server:
            await add(pod.link, "first")
            await pod.has("first")
            pod.end("first")
            await until_left(pod.link, 0)
            assert len([line for line in log if "can't be reached" in line]) == 1


async def test_a_group_that_is_gone_is_made_again_and_what_waits_is_taken(make_link, log):
    async with running(make_link()) as pod:
        await add(pod.link, "held")
        await pod.has("held")
        redis = await pod.link.redis()
        await redis.xgroup_destroy(pod.link.stream_key, pod.link.group)
        await add(pod.link, "new")
        await pod.has("new")
        pod.end("held", "new")
        await until_left(pod.link, 0)
        assert pod.lost == 1
    assert len([line for line in log if "group is made anew" in line]) == 1


async def test_an_emptied_redis_is_made_up_for(make_link):
    """Evicted, flushed or expired: whatever was in it nobody knows."""
    async with running(make_link()) as pod:
        await add(pod.link, "one")
        await pod.has("one")
        redis = await pod.link.redis()
        await redis.flushall()
        await add(pod.link, "two")
        await pod.has("two")
        pod.end("one", "two")
        await until_left(pod.link, 0)
        assert pod.lost == 1


async def test_a_full_redis_still_gives_and_forgets(make_link, log):
    link = make_link()
    async with running(link) as before:
        await add(link, "before")
        await before.has("before")
        before.end("before")
    await add(link, *(f"d-{number}" for number in range(20)))
    redis = await link.redis()
    await redis.config_set("maxmemory", 1)
    async with running(link) as pod:
        await pod.has(*(f"d-{number}" for number in range(20)))
        pod.end(*(f"d-{number}" for number in range(20)))
        await until_left(link, 0)


async def test_a_slow_redis_is_waited_for(make_link, server, monkeypatch, log):
    monkeypatch.setattr("redis_link.link.ANSWER_SECONDS", 0.3)
    async with running(make_link()) as pod:
        await add(pod.link, "one")
        await pod.has("one")
        server.pause()
        try:
            await asyncio.sleep(1.5)
        finally:
            server.resume()
        await add(pod.link, "two")
        await pod.has("two")
        pod.end("one", "two")
        await until_left(pod.link, 0)
        await until_works_again(log)
    assert len([line for line in log if State.SLOW in line]) == 1


async def test_a_reply_that_was_lost_on_its_way_is_asked_for_again(make_link):
    """Read by our name, and never seen here."""
    link = make_link()
    async with running(link) as pod:
        await add(link, "seen")
        await pod.has("seen")
        await pod.consumer.stop_reading()
        pod.consumer._reading = [asyncio.create_task(asyncio.sleep(60))]
        await add(link, "unseen")
        redis = await link.redis()
        await redis.xreadgroup(link.group, link.pod, {link.stream_key: ">"})
        await pod.has("unseen")
        assert pod.times == {"seen": 1, "unseen": 1}


async def test_consumers_that_are_gone_and_left_nothing_are_removed(make_link, monkeypatch):
    monkeypatch.setattr(stream_consumer, "BURY_SECONDS", 0.1)
    monkeypatch.setattr(stream_consumer, "DEAD_SECONDS", 0.5)
    link = make_link()
    async with running(link) as pod:
        redis = await link.redis()
        await add(link, "left")
        await pod.has("left")
        await redis.xgroup_createconsumer(link.stream_key, link.group, "dead")

        async def is_alone() -> bool:
            rows = await redis.xinfo_consumers(link.stream_key, link.group)
            return [row["name"] for row in rows] == [link.pod]

        await until(is_alone)


async def test_two_processes_of_one_host_are_two_consumers(make_link):
    assert make_link().pod != make_link().pod


async def test_the_stream_lives_as_long_as_somebody_reads_it(make_link):
    link = make_link()
    async with running(link) as pod:
        await add(link, "one")
        await pod.has("one")
        redis = await link.redis()
        await redis.expire(link.stream_key, 100)

        async def is_kept() -> bool:
            return int(await redis.ttl(link.stream_key)) > 100

        await until(is_kept)
