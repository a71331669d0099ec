## Hello
greeting = Hi { $name }! Ask me anything that your company's functions know, in English or Korean. Whatever changes something waits until you press *Confirm* on a card that shows exactly what will happen.
greeting-plain = Hi! Ask me anything that your company's functions know, in English or Korean. Whatever changes something waits until you press *Confirm* on a card that shows exactly what will happen.
help =
    { "*" }Nod answers with your company's own functions, and acts only when you nod.*
    • Mention me in a channel, and go on in the thread without mentioning me again.
    • Write to me in a direct message.
    • `/nod` and a question: the answer is for you alone until you share it.
    • Whatever changes something waits until somebody who may do so presses *Confirm*.
    • “Every weekday at nine, …” makes a schedule; `/nod schedules` lists yours.
    • `/nod new` opens a new conversation, `/nod grants` lists what I do without asking you again, `/nod forget` deletes what I remember of you.
prompts-title = What would you like to know?
prompt-top-salary = Who earns the most?
prompt-average-age = What is the average age?
prompt-weather = What's the weather in Seoul today?
prompt-raise = Raise Tiger Nixon's salary to 330000

## While a turn runs
status-thinking = is thinking…
status-function = is working on “{ $title }”…
command-asked = You asked: { $question }
answer-share = Share with the channel
answer-shared = Shared with the channel.
answer-shared-by = { $user } asked: { $question }
answer-share-again = This is in the channel already, or about to be.
answer-not-shared = I could not share this with the channel.
answer-gone = That answer is no longer here to share. Ask again, then share the new one.

## A card
card-title = { $title }?
card-asked-by = Asked for by { $user }
card-waits = { $user } asked for this, and only { $user } can confirm it, until { $until }.
card-waits-others = { $user } asked for this. It can be confirmed, until { $until }, by: { $who }.
card-waits-four-eyes = { $user } asked for this, so somebody else has to confirm it, until { $until }: { $who }.
card-waits-nobody = { $user } asked for this, but under the rules for it there is nobody who may confirm it.
card-deciders = { $count ->
        [one] one person or group
       *[other] { $count } people and groups
    } named in the rules
card-gone = { $user } asked for this, but I no longer have this function, so it cannot be confirmed.
card-long = { $fields ->
        [one] One value
       *[other] { $fields } values
    } with { $characters } characters in all: too much for a card.
card-preview = Now
card-preview-before = At that time
card-exact = Exactly
card-confirm = Confirm
card-deny = Deny
card-edit = Edit
card-read = Read all of it
card-deny-reason = Deny with a reason…
card-withdraw = Withdraw
card-remember = Confirm, and don't ask again here for an hour
card-reason = Reason
card-granted = Nobody was asked this time: { $user } had chosen “don't ask again here for an hour”.
card-superseded = This was changed before it was confirmed. The new card counts; nothing was done by this one.
confirm-title = { $title }: are you sure?
confirm-as-shown = With everything as the card shows it.
confirm-yes = Yes, do it
confirm-no = No, go back
card-not-posted = I could not show a card for this, so it cannot be confirmed and nothing was done. Ask me again, in smaller parts if it was long.
card-unsure = Slack has not told me whether my card for this can be seen. If it is not here yet, it may still come, and until it does nothing is done. If it stays away, ask me again.
card-fallback = { $title }: waiting for a confirmation.
card-confirmed = Confirmed by { $user }. Working on it…
card-succeeded = ✅ Done. Confirmed by { $user }.
card-failed = ❌ { $user } confirmed this, but it was not done. Nothing was changed.
card-unknown = ⚠️ Outcome unknown: { $user } confirmed this, but I cannot tell whether it was done, and I will not try again. Please check before you ask once more.
card-denied = 🚫 Denied by { $user }. Nothing was done.
card-expired = Nobody decided in time. Nothing was done.
card-too-late = { $user } confirmed this, but I could not begin it in time. Nothing was done.
card-withdrawn = Withdrawn. Nothing was done.
value-none = (none)
value-empty = (empty text)
value-empty-list = (empty list)
value-empty-object = (no fields)
value-yes = yes
value-no = no

## Why a confirmed action was not done, or why nobody can tell
why-gone = I no longer have this function.
why-changed = The function was changed after this was asked for. Please ask again.
why-altered = What is stored is not what was confirmed. Please tell the administrator of Nod.
why-moved = What the card showed as it is now is no longer so. Please ask again.
why-rules = The rules no longer allow this.
why-silent = Slack did not say just now who may do this. Please ask again in a moment.
why-unshown = I could not show this to anybody. Please ask again.
why-grant = The time in which you were not to be asked is over. Please ask again.
why-interrupted = This was interrupted while it ran, and running it once more did not tell what came of it.
why-unwritten = I could not write down what came of it.

## Several at once
batch-title = { $count ->
        [one] One action
       *[other] { $count } actions at once
    }
batch-waits = Each has its own card as well, if you would rather decide one by one. Each is checked and decided on its own.
batch-over = { $waiting ->
        [0] All of these are decided.
        [one] The one that is left has its own card.
       *[other] The rest have their own cards.
    }
batch-confirm = Confirm all { $count }
batch-part = { $decided } of { $count } confirmed.
batch-see-card = See its own card above.
batch-pending = waiting
batch-confirmed = confirmed, being done
batch-succeeded = done
batch-failed = not done, nothing changed
batch-unknown = outcome unknown, please check
batch-denied = denied
batch-expired = expired
batch-withdrawn = withdrawn
batch-superseded = changed: see the new card

## Windows
modal-close = Close
read-title = Read all of it
read-continued = { $label } (continued)
read-page = Page { $page } of { $pages }
read-next = Next
read-back = Back
read-on = You can confirm on the last page.
read-all = This is all of it. If you confirm, exactly this is done.
read-destructive = This is all of it. If you confirm, exactly this is done, and I cannot undo it.
read-gone = I no longer have this function, so this cannot be confirmed.
reason-title = Deny
reason-label = Why?
reason-told = The reason is shown on the card, and Nod will not propose this again unless somebody asks for it.
edit-title = Edit
edit-told = Nothing is done yet: you get a new card with your changes, and the old one no longer counts.
edit-submit = Make a new card
form-not-given = (not given)
form-json-hint = This is JSON. Keep its brackets and quotation marks.
form-timing-hint = Five cron fields (minute, hour, day, month, weekday), such as 0 9 * * 1-5 for weekdays at nine, or one time such as 2026-07-04T09:00. In your own time zone, unless another follows, such as Europe/Berlin.
form-required = Please fill this in.
form-number = Please write a number, such as 1500 or 2.5.
form-json = This is not JSON as I can read it. Look for a missing bracket, comma or quotation mark.
form-at-least = Please write { $limit } or more.
form-more-than = Please write more than { $limit }.
form-at-most = Please write { $limit } or less.
form-less-than = Please write less than { $limit }.
form-too-short = Too short: at least { $limit } characters.
form-too-long = Too long: at most { $limit } characters.
form-invalid = These values do not go together. Please look at them again.
form-not-valid = The function does not take this value. Please write another.
form-refused = { $reason }
form-unchecked = I could not check this just now, so there is no new card yet. Please press the button again in a moment.

## What is not asked again
grants-title = I do these without asking you again, each until the time beside it:
grants-title-plain = What I do without asking you again
grants-none = Nothing is changed without asking you first.
grants-more = { $count ->
        [one] One more is
       *[other] { $count } more are
    } not listed here. Revoke some of these to see the rest.
grant-entry =
    { "*" }{ $title }*
    in { $place }, until { $until }
grant-direct = our direct messages
grant-revoke = Ask me again

## Schedules
card-upcoming = Next runs, in your own time zone
card-upcoming-before = Next runs, as of the decision
card-of-run = { $user }, your schedule asks you to confirm this.
run-of = Schedule of { $user }, due { $due }. Reply in this thread to go on; pause or delete it in `/nod schedules`.
run-by-hand = Schedule of { $user }, run by hand. Reply in this thread to go on; pause or delete it in `/nod schedules`.
run-root-plain = Scheduled: { $prompt }
notice-missed = I was off, or cut off from Slack, when this schedule was due ({ $due }), and it is too long ago to do it now. Press *Run now* in `/nod schedules` if you still want it.
notice-missed-once = I was off, or cut off from Slack, when this was due ({ $due }), and it is too long ago to do it now. Please ask me again if you still want it.
notice-missed-many = I was off, or cut off from Slack, when these were due, and it is too long ago to do them now. Press *Run now* in `/nod schedules` for what you still want, or ask me again for what was for one time.
notice-taken-over = An administrator, { $user }, has changed this schedule of yours. It is theirs now and runs in their name.
notice-channel = I cannot post this schedule in { $channel } any more: you or I have left it, or I may not write there. Have whoever is missing invited, or ask me to post it elsewhere.
notice-failures = This schedule has failed three times in a row.
notice-owner = The rules no longer let you make or run schedules. Please ask whoever runs Nod.
notice-paused = I have paused it; `/nod schedules` resumes it.
schedules-title = { "*" }Schedules*
schedules-title-plain = Schedules
schedules-none = There are no schedules. Ask me for one, such as “every weekday at nine, tell #general the weather in Seoul”.
schedules-more = { $count ->
        [one] One more is
       *[other] { $count } more are
    } not listed here. Delete some of these to see the rest.
schedule-number = schedule { $number }
schedule-next = next { $at }
schedule-paused-by-hand = paused
schedule-paused-owner = paused: its owner may no longer make or run schedules
schedule-paused-channel = paused: I cannot post it in its channel
schedule-paused-failures = paused: it failed three times in a row
schedule-pause = Pause
schedule-resume = Resume
schedule-run = Run now
schedule-delete = Delete
schedule-delete-title = Delete this schedule?
schedule-delete-text = It will not run again, and this cannot be undone.
schedule-delete-yes = Delete
schedule-did-pause = Paused.
schedule-did-resume = Resumed.
schedule-did-run = Running now. The result will be posted in { $channel }.
schedule-did-delete = Deleted.
schedule-did-gone = That schedule is no longer there.
schedule-did-not-yours = Only its owner or an administrator of the workspace can do that.
schedule-did-unsure = Slack did not tell me who you are just now, so nothing was done. Please press it again in a moment.
schedule-did-running = It is running already. Its result will be posted in its channel.
schedule-did-over = Its time has passed. Ask me for a later one.
when-once = once
when-at = once, on { $day } { $date } at { $at }
when-daily = every day at { $at }
when-weekdays = on weekdays at { $at }
when-weekly = every { $days } at { $at }
when-monthly = on day { $day } of every month at { $at }
when-hourly = every hour, { $minute } minutes past
when-every = every { $minutes } minutes
day-mon = Monday
day-tue = Tuesday
day-wed = Wednesday
day-thu = Thursday
day-fri = Friday
day-sat = Saturday
day-sun = Sunday

## What a schedule cannot be: the model reads the English ones, too
book-passed = Its time has passed. Give a later one.
book-unsaid = Slack did not say who may be where. Try again in a moment.
book-not-allowed = The rules do not let this person have schedules in that channel. Name another one.
book-no-channel = Nod is in no channel of that name, or the person is not. They can invite Nod with /invite @Nod, or name another channel; without one, runs are posted where it was asked.
book-not-here = Runs are posted in channels and in a person's own direct message with Nod, not here: this is a direct message of several people, or a channel that Nod is not in. Name a channel that Nod is in, such as #team (people invite Nod with /invite @Nod), or ask in a direct message with Nod.
book-not-there = There is no schedule of this id that this person may change: list_schedules shows theirs.
book-nothing = There is nothing to change: give what to do, when, where, or whether it is paused.
book-same-moment = Somebody changed it at the same moment; nothing was done. Look it up again.
book-full = A person may have { $most } schedules, and this one has them. Delete one first: `/nod schedules` lists them.
book-team-full = This workspace has as many schedules as it may, { $most }. Somebody has to delete one first, or the administrator allows more.

## A new conversation
new-opening = This is a new conversation: reply in this thread. I know only what is said in it.
new-opened = A new conversation is open: <{ $link }|go to it>.
new-opened-plain = A new conversation is open: look for my last message in our direct messages, and reply in its thread.
new-coming = I am opening a new conversation in our direct messages…
new-failed = I could not open a new conversation just now. Write to me in a direct message instead: each message there that is not in a thread begins a new one.

## Forgetting
forget-title-plain = Forget what I remember of you?
forget-question = { $count ->
        [one] I remember one conversation with you. If you press *Forget*, I delete what was said in it: your messages and files, my answers, and the details of what I looked up or did for you. I cannot bring it back.
       *[other] I remember { $count } conversations with you. If you press *Forget*, I delete what was said in them: your messages and files, my answers, and the details of what I looked up or did for you. I cannot bring them back.
    }
forget-shared = { $count ->
        [one] • Others talk with me in one of them. There I delete your part, and what they said stays.
       *[other] • Others talk with me in { $count } of them. There I delete your part, and what they said stays.
    }
forget-pending = { $count ->
        [one] • One request still waits for a click. It will be withdrawn and not carried out.
       *[other] • { $count } requests still wait for a click. They will be withdrawn and not carried out.
    }
forget-busy = { $count ->
        [one] • I leave one conversation out, because I am still at work in it. Ask me again when that has ended.
       *[other] • I leave { $count } conversations out, because I am still at work in them. Ask me again when that has ended.
    }
forget-only-busy = { $count ->
        [one] I remember one conversation with you, and am still at work in it, so I deleted nothing. Ask me again when that has ended.
       *[other] I remember { $count } conversations with you, and am still at work in them, so I deleted nothing. Ask me again when that has ended.
    }
forget-schedules = { $count ->
        [one] • One schedule of yours stays. Delete it in `/nod schedules`.
       *[other] • { $count } schedules of yours stay. Delete them in `/nod schedules`.
    }
forget-nothing = I remember nothing that you said.
forget-stays = Messages in Slack stay where they are; you can delete your own there. For confirmed actions I keep who did what and when, but not the details.
forget-confirm = Forget
forget-cancel = Keep
forget-done = { $count ->
        [one] I have forgotten our conversation.
       *[other] I have forgotten our { $count } conversations.
    }
forget-done-shared = { $count ->
        [one] • In one of them others talk with me too. What they said stays.
       *[other] • In { $count } of them others talk with me too. What they said stays.
    }
forget-done-stays = Messages in Slack stay where they are. If you write in one of the old threads again, I begin there with nothing; in a channel, mention me first.
forget-kept = I deleted nothing.
forget-not-yours = Only the person who asked for this can decide it, so I deleted nothing. Use `/nod forget` yourself.

## Answers to a click
click-already = This was decided already: { $state }
click-expired = This card has expired, so nothing was done. Ask me again if you still want it.
click-not-yours = Only { $user } can decide this: { $user } asked for it.
click-others = { $own ->
        [yes] You may not confirm this yourself: { $who } can. Nothing was done.
       *[no] You may not decide this: { $who } can. Nothing was done.
    }
click-requester = { $user } asked for this, and only they can change or withdraw it. Nothing was done.
click-not-allowed = You may not decide this, so nothing was done.
click-unsure = Slack did not tell me who you are just now, so nothing was done. Please click again in a moment.
click-unknown = I do not know this card, so nothing was done. Ask me again for a new one.
click-broken = I could not keep your click, so nothing was done. Please click again in a moment.

## When something went wrong
model-busy = The model is not answering right now. Your question is kept: try again in a minute.
model-refused = The model refused the request, and only whoever runs Nod can fix that; please tell them. The reason is in the log.
model-cut = The connection to the model broke off, so the answer above is not complete. Try again, or ask me to go on.
memory-summarized = I have summarised the older part of this thread for myself; its newest part I know word for word.
memory-trimmed = I no longer look at the older part of this thread; its newest part I know word for word.
context-too-long = This thread has grown too long for the model. Start a new thread, and tell me what matters from this one.
answer-length = The answer reached the model's length limit. Press *Continue* for the rest.
answer-filtered = The provider's content filter stopped this answer. Try putting the question another way.
answer-refused = The model declined to answer this.
answer-empty = The model gave an empty answer. Ask me again in other words.
late = You wrote this a while ago, when I could not answer. Shall I answer now?
turn-too-long = This took too long, so I stopped. Whatever waits for a click still waits. Try again, or ask for less at once.
too-many-steps = I stopped after { $steps ->
        [one] one step
       *[other] { $steps } steps
    } without reaching an answer. Ask for something smaller, or in parts.
incident = Something went wrong inside Nod. Ask again; if it keeps happening, tell whoever runs Nod this number: { $incident }

## Writing to Slack
answer-interrupted = I was interrupted here. The answer begins anew below.
answer-unsure = Slack did not tell me whether my answer reached you. If you do not see it above, please ask me again.
answer-share-unsure = Slack did not tell me whether this was shared. Please look into the channel before you share it again.
status-line = { $place ->
        [1] is busy; you are next in line…
       *[other] is busy; you are number { $place } in line…
    }
retry-button = Try again
retry-begun = I am trying again…
retry-not-yours = Only the person who asked for this can have it tried again.
retry-already = I have already tried this again. Look for the answer further down.
retry-moved-on = This conversation has gone on since, so I did not try this again. Please ask me once more if you still want it.
retry-unknown = I no longer know what this was about, so I did nothing. Please ask me again.

## Threads
thread-unread = I could not read what was said above in this thread, so I know only what you write to me from here on.
offer-edited = You have changed your question. Shall I answer it again as it reads now?

## Stop, continue, answer again
stop-offer = I am still working on this…
stop-button = Stop
stop-not-yours = Only { $user } can stop this, because it answers their question.
stop-over = That had ended already, so there was nothing to stop.
stopped = Stopped.
stopped-beside = Stopped. What was confirmed is still carried out, and its card says how it ends.
continue-button = Continue
continue-begun = I am going on…
continue-not-yours = Only the person who asked can have this answer continued.
continue-already = I have gone on already. Look for the rest further down.
continue-moved-on = This conversation has gone on since, so I did not continue that answer. Tell me what you still need.
regenerate-button = Answer again
regenerate-begun = Answered again below.
regenerate-not-yours = Only the person who asked can have this answered again.
regenerate-already = I have answered this again already. Look further down.
regenerate-moved-on = I can give only the last answer of a conversation anew, and this one has gone on since. Send the question once more here, and I will answer it with all that was said by now.
regenerate-acted = This answer came with an action, and what has effects is not repeated. Please tell me what you still need.

## Files
file-too-large = I could not read “{ $name }”: it is larger than { $limit }. Send a smaller file, or only the part that matters.
file-too-many-pixels = I could not read “{ $name }”: it has more than { $limit } megapixels. Make it smaller and send it again.
file-unsupported = I could not read “{ $name }”: I have no reader for this kind of file. I can read text, CSV, PDF, Word and Excel files, and pictures.
file-save-as = I could not read “{ $name }” in this format. Save it as { $kind } and send me that.
file-mismatch = I could not read “{ $name }”: it is not the kind of file that its name says. Export it again from the program that it comes from.
file-encrypted = I could not read “{ $name }”: it is protected by a password. Save it without one and send it again.
file-broken = I could not read “{ $name }”: it is damaged or not complete. Open it, save it anew, and send me that.
file-took-too-long = Reading “{ $name }” took too long, so I stopped. Send only the part that matters.
file-too-much = I could not read “{ $name }”: too much is packed into it. Send only the part that matters.
file-empty = “{ $name }” is empty. Please check that it is the right file.
file-no-text = “{ $name }” holds pictures of pages and no text. Send the pages as pictures, or a PDF with text.
file-no-scope = I am not permitted to read files in this workspace yet, so I have not seen “{ $name }”. Only whoever runs Nod can fix that; please tell them. The reason is in the log.
file-gone = I could not read “{ $name }”: it is no longer in Slack. If you still have it, send it again.
file-elsewhere = I could not read “{ $name }”: Slack has only a link to it. Upload the file itself.
file-unreachable = Slack did not hand me “{ $name }” just now. Please send it again in a moment.
file-not-seen = I have not looked at “{ $name }”: the model that I use does not see pictures. Tell me in words what it shows.
file-no-room = There was no room left for “{ $name }” beside the other files. Send it in a message of its own.
file-not-now = I could not read “{ $name }” just now, because I have too much to do. Please send it again in a few minutes.
file-no-time = I did not get to “{ $name }”: other files took the time that there was. Please send it again in a moment.
file-too-many = { $count ->
    [one] I read { $most } files of a message at most, so I have not seen one more of them. Send it in a message of its own.
   *[other] I read { $most } files of a message at most, so I have not seen { $count } more of them. Send them in a message of their own.
}
file-not-told = I could not find out from Slack whether there were files beside your message. If there were, please send them again.
file-refused = I have not seen “{ $name }”: the model that I use does not take this picture. Open it, save it anew as PNG or JPEG, smaller if it is large, and send me that.
file-in-part = I read only part of “{ $name }”. Left out: { $parts }.
file-more-parts = { $count ->
        [one] one more part
       *[other] { $count } more parts
    }
file-part-pages = { $range ->
        [on] everything from page { $first } on
        [one] page { $first }
       *[many] pages { $first }–{ $last }
    }
file-part-sheets = { $range ->
        [on] everything from sheet { $first } on
        [one] sheet { $first }
       *[many] sheets { $first }–{ $last }
    }
file-part-rows = { $range ->
        [on] everything from row { $first } on
        [one] row { $first }
       *[many] rows { $first }–{ $last }
    }
file-part-paragraphs = { $range ->
        [on] everything from paragraph { $first } on
        [one] paragraph { $first }
       *[many] paragraphs { $first }–{ $last }
    }
file-part-lines = { $range ->
        [on] everything from line { $first } on
        [one] line { $first }
       *[many] lines { $first }–{ $last }
    }
file-part-characters = { $range ->
        [on] everything from character { $first } on
        [one] character { $first }
       *[many] characters { $first }–{ $last }
    }
