"""The statements that store messages, put together by `sending`. They find their rows by keys and run on
`Database.by_key`."""

# $1..$5: arrays of equal length, one element per send; $6 and $7, where the statement has those parts. READ COMMITTED:
# `bumped` waits for and then sees the newest version of each room, in one order for all, so numbers are gapless across
# processes. Memberships are those at the statement's beginning; when somebody has lost the right to write in a room by
# then, the statement fails as a whole. What a send is not allowed to store, or with NEW what is known already, comes back
# with no row; a duplicate that is there all the same raises a unique violation, and the retry looks for it. A batch is put
# together from arrays by position, because joining it with itself costs its square.
STORE = """
with allowed as materialized (
    select i.ord, i.room_id{more_allowed}
    from unnest($2::uuid[], $3::uuid[], $4::uuid[]{more_input})
        with ordinality as i(room_id, sender_id, client_id{more_names}, ord)
    -- `offset 0` keeps this a look-up by key for each send. Without the condition on `left_at`, which stands outside, the
    -- index of a person's rooms does not fit, and nobody reads all of those.
    cross join lateral (
        select mb.left_at, mb.silenced_at from room_members mb
        where mb.room_id = i.room_id and mb.user_id = i.sender_id offset 0
    ) member{more_checks}
    where member.left_at is null and member.silenced_at is null{only}
), bumped as (
    update rooms r set
        last_seq = r.last_seq + a.more, message_count = r.message_count + a.more, last_message_at = now()
    from (
        select g.*, (select s.revocations from rooms s where s.id = g.room_id) as revocations
        from (
            select room_id, count(*) as more, array_agg(ord::int order by ord) as ords{more_gathered}
            from allowed group by room_id order by room_id
        ) g
    ) a
    where r.id = a.room_id
    returning r.id, a.ords{more_returned}, r.last_seq - a.more as seq, r.message_count - a.more as no, r.branch,
        (case when r.revocations = a.revocations then 'true' else 'somebody may no longer write here' end)::boolean
), fresh as materialized (
    select u.ord, ($1::uuid[])[u.ord] as id, b.id as room_id, ($3::uuid[])[u.ord] as sender_id,
        b.seq + u.nth as seq, b.no + u.nth as no, b.branch{more_columns}
    from bumped b cross join lateral unnest(b.ords{more_spread}) with ordinality as u(ord{more_spread_names}, nth)
){threads}, stored as (
    insert into messages (id, room_id, seq, no, sender_id, client_id, text, branch{stored_columns})
    select id, room_id, seq, no, sender_id, ($4::uuid[])[ord], ($5::text[])[ord], branch{stored_values} from {source}
){more_parts}
select ord, seq, no, branch, now() as created_at{shown} from {source}
"""


# What was stored before is left out. Without this a message that is there already raises a unique violation, as one does
# that another process stores meanwhile.
NEW = """
        and not exists (select from messages k where k.sender_id = i.sender_id and k.client_id = i.client_id)"""


# Those of a batch that were stored before, as they are now. $1: senders, $2: their client ids.
KNOWN = """
select m.* from unnest($1::uuid[], $2::uuid[]) as i(sender_id, client_id)
join messages m on m.sender_id = i.sender_id and m.client_id = i.client_id
"""


# The same for a message that is alone and neither answers nor names anybody, at half the cost. A sender who may not write,
# and a message that is known, fail the statement as a whole: then STORE says which. $6: the room's `revocations` when the
# sender was seen to be allowed to write there; with null it is looked up whether they are, and what that number was.
STORE_ONE = """
with bumped as (
    update rooms set last_seq = last_seq + 1, message_count = message_count + 1, last_message_at = now()
    where id = $2
    returning last_seq as seq, message_count as no, branch, revocations, (case when revocations = coalesce($6, (
        select case when m.left_at is null and m.silenced_at is null then r.revocations end
        from rooms r join room_members m on m.room_id = r.id and m.user_id = $3 where r.id = $2
    )) then 'true' else 'the sender may not write here' end)::boolean
), stored as (
    insert into messages (id, room_id, seq, no, sender_id, client_id, text, branch)
    select $1, $2, seq, no, $3, $4, $5, branch from bumped
)
select 1 as ord, seq, no, branch, now() as created_at, revocations from bumped
"""


# The same for a batch of such messages, which come grouped by room: nothing has to be sorted, aggregated or joined with
# itself. One row comes back, with arrays of one element for each room, where the numbers before its first message are
# counted from the batch's first one. $1..$4: rooms in the order of their ids, their `revocations` or null, how many messages
# each gets, and how many come before them in the batch; $5..$8: ids, senders, client ids and texts; $9, $10: rooms and
# senders of those that have to be looked up.
STORE_PLAIN = """
with bumped as (
    update rooms r set
        last_seq = r.last_seq + g.more, message_count = r.message_count + g.more, last_message_at = now()
    from unnest($1::uuid[], $2::bigint[], $3::int[], $4::int[]) as g(id, revocations, more, before)
    where r.id = g.id
    returning r.id, g.more, g.before, r.branch, r.revocations,
        r.last_seq - g.more - g.before as seq, r.message_count - g.more - g.before as no,
        (case when r.revocations = coalesce(g.revocations, (
            select s.revocations from rooms s where s.id = g.id
        )) then 'true' else 'somebody may no longer write here' end)::boolean
), stored as (
    insert into messages (id, room_id, seq, no, sender_id, client_id, text, branch)
    select ($5::uuid[])[ord], b.id, b.seq + ord, b.no + ord, ($6::uuid[])[ord], ($7::uuid[])[ord], ($8::text[])[ord],
        branch
    from bumped b cross join lateral generate_series(b.before + 1, b.before + b.more) ord
)
select array_agg(before) as before, array_agg(seq) as seq, array_agg(no) as no, array_agg(branch) as branch,
    array_agg(revocations) as revocations, now() as created_at,
    (case when count(*) = cardinality($1::uuid[]) and cardinality($9::uuid[]) = (
        -- As in STORE, `offset 0` and the conditions outside keep this a look-up by key.
        select count(*) from unnest($9::uuid[], $10::uuid[]) as i(room_id, sender_id) cross join lateral (
            select mb.left_at, mb.silenced_at from room_members mb
            where mb.room_id = i.room_id and mb.user_id = i.sender_id offset 0
        ) m
        where m.left_at is null and m.silenced_at is null
    ) then 'true' else 'a sender may not write here' end)::boolean
from bumped
"""


# What a batch pays for only when one of its messages needs it: answers, which find their thread, and mentions. The
# thread's counter is raised and read in one go: its row is locked then, and newer than the statement's snapshot.
ANSWERABLE = """
        and (i.reply_to is null or exists (select from messages p where p.id = i.reply_to and p.room_id = i.room_id))"""


THREADS = """, answers as (
    select f.ord, coalesce(p.thread_id, p.id) as thread_id,
        row_number() over (partition by coalesce(p.thread_id, p.id) order by f.ord) as nth
    from fresh f join messages p on p.id = f.reply_to and p.room_id = f.room_id
), counted as (
    update messages r set reply_count = r.reply_count + a.more
    from (select thread_id, count(*) as more from answers group by thread_id) a
    where r.id = a.thread_id
    returning r.id, r.reply_count - a.more as before
), threaded as (
    select f.*, a.thread_id, (c.before + a.nth)::int as thread_no
    from fresh f left join answers a on a.ord = f.ord left join counted c on c.id = a.thread_id
)"""


MENTIONS = """, named as (
    insert into mentions (user_id, room_id, no)
    select u.user_id, f.room_id, f.no
    from fresh f cross join unnest(f.mentions::uuid[]) u(user_id)
    join room_members m on m.room_id = f.room_id and m.user_id = u.user_id and m.left_at is null
    where u.user_id <> f.sender_id
    on conflict do nothing
)"""


# Only members are named, however long the list that was sent.
NAMED = """array(
        select m.user_id from room_members m
        where m.room_id = {source}.room_id and m.user_id = any({source}.mentions::uuid[]) and m.left_at is null
    )"""


WHY_NOT = """
select m.silenced_at is not null as silenced, $3::uuid is null or exists (
    select from messages p where p.id = $3 and p.room_id = $1
) as answerable
from room_members m where m.room_id = $1 and m.user_id = $2 and m.left_at is null
"""


# The assistant answers everything in its own rooms, and elsewhere what mentions it. A turn that already waits in the
# room takes the new message along. What was asked counts against the plans of those who asked. PLAN knows what had been
# used when the statement began; where another process has used up the plan since, this fails the statement as a whole.
QUEUE_TURNS = """, queued as (
    insert into turns (id, room_id, user_id, branch)
    select distinct on (f.room_id) (${ids}::uuid[])[f.ord], f.room_id, f.sender_id, f.branch
    from fresh f
    where f.asked
    order by f.room_id, f.ord
    on conflict do nothing
    returning id, room_id
), asked as (
    insert into assistant_usage as u (user_id, day, messages)
    select f.sender_id, ${day}::date, count(*) from fresh f
    where f.asked
    group by f.sender_id order by f.sender_id
    on conflict (user_id, day) do update set messages = u.messages + excluded.messages
    -- Nearly everybody is below the lowest limit of the batch; only for the rest their own is looked for.
    returning (case when u.messages <= (select min(lowest) from unnest(${messages}::int[]) lowest) or u.messages <= (
        select max((${messages}::int[])[f.ord]) from fresh f where f.asked and f.sender_id = u.user_id
    ) then 'true' else 'somebody has used up their plan meanwhile' end)::boolean
)"""


# What the assistant is asked beyond a plan's messages of the day or tokens of the month: nothing is queued or counted.
PLAN = """
    cross join lateral (
        select (${asks}::boolean[])[i.ord] and not exists (
            select from (
                select coalesce(sum(u.messages) filter (where u.day = ${day}::date), 0) as messages,
                    coalesce(sum(u.input_tokens + u.output_tokens), 0) as tokens
                from assistant_usage u
                where u.user_id = i.sender_id and u.day >= date_trunc('month', ${day}::date)::date
            ) used
            where used.messages + (${earlier}::int[])[i.ord] >= (${messages}::int[])[i.ord]
                or used.tokens >= (${tokens}::bigint[])[i.ord]
        ) as asked offset 0
    ) plan"""


# In the assistant's own room it is not stored either; among people it is, for the people.
HEARD = """
        and (plan.asked or (${people}::boolean[])[i.ord])"""


# What `meta` says of it.
UNASKED = """, case when (${asks}::boolean[])[ord] and not asked then '{{"assistant": "not_asked"}}'::jsonb else '{{}}' end"""


QUEUED = "(select q.id from queued q where q.room_id = {source}.room_id)"


# For messages that carry files, after STORE in the same transaction. $1: message, $2: its files in order, $3: JSON.
ATTACH = """
with marked as (
    update files f set room_id = m.room_id, message_id = m.id, position = a.ord
    from messages m, unnest($2::uuid[]) with ordinality as a(id, ord)
    where m.id = $1 and f.id = a.id and f.owner_id = m.sender_id
)
update messages set attachments = $3::jsonb where id = $1
"""
