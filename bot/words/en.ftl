## Hello
greeting = Hi { $name }! Ask me about your colleagues or the weather, in English or Korean. I can change employee records too, but only after you press *Confirm* on a card that shows exactly what will happen.
greeting-plain = Hi! Ask me about your colleagues or the weather, in English or Korean. I can change employee records too, but only after you press *Confirm* on a card that shows exactly what will happen.
help =
    { "*" }Nod answers with your company's own functions, and acts only when you nod.*
    • Mention me in a channel, and go on in the thread without mentioning me again.
    • Write to me in a direct message.
    • `/nod` and a question: the answer is for you alone until you share it.
    • Whatever changes something waits for a click by the person who asked.
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
answer-gone = That answer is no longer here to share. Ask again, then share the new one.

## A card
card-title = { $title }?
card-asked-by = Asked for by { $user }
card-waits = { $user } asked for this, and only { $user } can confirm it, until { $until }.
card-preview = Now
card-confirm = Confirm
card-deny = Deny
card-fallback = { $title }: waiting for a click by the person who asked.
card-confirmed = Confirmed by { $user }. Working on it…
card-succeeded = Done. Confirmed by { $user }.
card-failed = Not done, nothing was changed. Confirmed by { $user }.
card-unknown = Outcome unknown: I cannot tell whether this was done, and I will not try again. Please check before you ask once more. Confirmed by { $user }.
card-denied = Denied by { $user }. Nothing was done.
card-expired = Nobody decided in time. Nothing was done.
card-withdrawn = Withdrawn. Nothing was done.
value-none = (none)
value-yes = yes
value-no = no

## Answers to a click
click-already = This was decided already: { $state }
click-expired = This card has expired, so nothing was done. Ask me again if you still want it.
click-not-yours = Only { $user } can decide this, because it was asked for in their name.
click-unknown = I do not know this card, so nothing was done. Ask me again for a new one.
click-broken = I could not keep your click, so nothing was done. Please click again in a moment.

## When something went wrong
model-busy = The model is not answering right now. Your question is kept in this thread; ask me again in a minute.
model-refused = The model refused the request, and only the person who runs Nod can mend that. I have written the reason into my log.
model-cut = The connection to the model broke off, so the answer above is not complete. Ask me to go on, or ask again.
context-too-long = This thread has grown too long for the model. Start a new thread, and tell me what matters from this one.
answer-length = The answer reached the model's length limit. Say “go on” for the rest.
answer-filtered = The provider's content filter stopped this answer. Try putting the question another way.
answer-refused = The model declined to answer this.
answer-empty = The model gave an empty answer. Ask me again in other words.
too-many-steps = I stopped after { $steps ->
        [one] one step
       *[other] { $steps } steps
    } without reaching an answer. Ask for something smaller, or in parts.
incident = Something went wrong inside Nod. Ask again; if it keeps happening, tell whoever runs Nod this number: { $incident }.
