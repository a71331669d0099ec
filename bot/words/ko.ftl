## 인사
greeting = 안녕하세요, { $name }님! 동료나 날씨에 대해 한국어나 영어로 물어보세요. 직원 정보도 바꿀 수 있지만, 무엇이 바뀌는지 그대로 보여 드리는 카드에서 *확인*을 누르신 뒤에만 바꿉니다.
greeting-plain = 안녕하세요! 동료나 날씨에 대해 한국어나 영어로 물어보세요. 직원 정보도 바꿀 수 있지만, 무엇이 바뀌는지 그대로 보여 드리는 카드에서 *확인*을 누르신 뒤에만 바꿉니다.
help =
    { "*" }Nod는 회사의 함수로 답하고, 승인하셨을 때만 실행합니다.*
    • 채널에서 저를 멘션하세요. 그 스레드에서는 다시 멘션하지 않아도 이어집니다.
    • 다이렉트 메시지로 물어보셔도 됩니다.
    • `/nod` 뒤에 질문을 쓰면, 공유하시기 전까지 답이 본인에게만 보입니다.
    • 무언가를 바꾸는 일은 요청하신 분이 버튼을 누를 때까지 기다립니다.
prompts-title = 무엇이 궁금하세요?
prompt-top-salary = 직원들 중에 제일 많은 연봉을 받는 사람은?
prompt-average-age = 직원들의 평균 나이는?
prompt-weather = 오늘 서울의 날씨는?
prompt-raise = Tiger Nixon의 연봉을 330000으로 올려줘

## 처리 중
status-thinking = 생각하고 있어요…
status-function = ‘{ $title }’ 처리 중이에요…
command-asked = 질문: { $question }
answer-share = 채널에 공유
answer-shared = 채널에 공유했습니다.
answer-shared-by = { $user }님의 질문: { $question }
answer-gone = 공유할 답이 더 이상 남아 있지 않습니다. 다시 질문한 뒤 새 답을 공유해 주세요.

## 카드
card-title = { $title }: 실행할까요?
card-asked-by = 요청한 사람: { $user }
card-waits = { $user }님이 요청했으며, { $user }님만 { $until }까지 확인할 수 있습니다.
card-preview = 현재
card-confirm = 확인
card-deny = 거절
card-fallback = { $title }: 요청하신 분의 클릭을 기다리고 있습니다.
card-confirmed = { $user }님이 확인했습니다. 실행하고 있어요…
card-succeeded = 완료했습니다. { $user }님이 확인했습니다.
card-failed = 실행하지 못했고, 아무것도 바뀌지 않았습니다. { $user }님이 확인했습니다.
card-unknown = 결과를 알 수 없음: 실행되었는지 알 수 없으며, 다시 시도하지 않습니다. 다시 요청하기 전에 먼저 확인해 주세요. { $user }님이 확인했습니다.
card-denied = { $user }님이 거절했습니다. 아무것도 바뀌지 않았습니다.
card-expired = 제시간에 결정되지 않아 만료되었습니다. 아무것도 바뀌지 않았습니다.
card-withdrawn = 철회되었습니다. 아무것도 바뀌지 않았습니다.
value-none = (없음)
value-yes = 예
value-no = 아니요

## 클릭에 대한 답
click-already = 이미 결정된 카드입니다: { $state }
click-expired = 만료된 카드라서 아무것도 실행하지 않았습니다. 아직 필요하시면 다시 요청해 주세요.
click-not-yours = { $user }님의 이름으로 요청된 일이라 { $user }님만 결정할 수 있습니다.
click-unknown = 제가 모르는 카드라서 아무것도 실행하지 않았습니다. 다시 요청하시면 새 카드를 드리겠습니다.
click-broken = 클릭을 저장하지 못해서 아무것도 실행하지 않았습니다. 잠시 후 다시 눌러 주세요.

## 문제가 생겼을 때
model-busy = 지금은 모델이 응답하지 않습니다. 질문은 이 스레드에 남아 있으니 잠시 후 다시 말씀해 주세요.
model-refused = 모델이 요청을 거부했습니다. Nod 관리자만 고칠 수 있는 문제라서 이유를 로그에 남겼습니다.
model-cut = 모델과의 연결이 끊겨서 위의 답은 완전하지 않습니다. 이어서 답해 달라고 하시거나 다시 물어봐 주세요.
context-too-long = 스레드가 모델이 읽을 수 있는 길이를 넘었습니다. 새 스레드를 시작해서 중요한 내용을 알려 주세요.
answer-length = 답이 모델의 길이 제한에 닿았습니다. 나머지가 필요하시면 ‘계속’이라고 말씀해 주세요.
answer-filtered = 제공자의 콘텐츠 필터가 이 답을 막았습니다. 질문을 다르게 써 봐 주세요.
answer-refused = 모델이 이 질문에는 답하지 않겠다고 했습니다.
answer-empty = 모델이 빈 답을 보냈습니다. 다른 말로 다시 물어봐 주세요.
too-many-steps = { $steps }단계를 거쳤지만 답에 이르지 못해서 멈췄습니다. 더 작게, 또는 나누어서 요청해 주세요.
incident = Nod 내부에 문제가 생겼습니다. 다시 물어봐 주세요. 계속되면 Nod 관리자에게 이 번호를 알려 주세요: { $incident }.
