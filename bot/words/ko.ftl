## 인사
greeting = 안녕하세요, { $name }님! 궁금한 것을 한국어나 영어로 물어보세요. 무언가를 바꾸는 일은 먼저 카드로 보여 드리고, ‘승인’을 누르신 뒤에만 실행합니다.
greeting-plain = 안녕하세요! 궁금한 것을 한국어나 영어로 물어보세요. 무언가를 바꾸는 일은 먼저 카드로 보여 드리고, ‘승인’을 누르신 뒤에만 실행합니다.
help =
    { "*" }Nod는 회사의 함수로 답하고, 무언가를 바꾸는 일은 승인을 받은 뒤에만 실행합니다.*
    • 채널에서 저를 멘션하세요. 그 스레드에서는 다시 멘션하지 않아도 이어집니다.
    • 다이렉트 메시지로 물어보셔도 됩니다.
    • `/nod` 뒤에 질문을 쓰면, 공유하시기 전까지 답이 본인에게만 보입니다.
    • 무언가를 바꾸는 일은 정해진 분이 ‘승인’을 누를 때까지 기다립니다.
    • “평일 아침 9시마다 …”라고 하시면 일정이 되고, `/nod 일정`에서 볼 수 있습니다.
    • `/nod 새대화`는 새 대화를 열고, `/nod 허락`은 다시 묻지 않고 하는 일을 보여 주고, `/nod 잊기`는 제가 기억하는 내용을 지웁니다.
prompts-title = 무엇이 궁금하십니까?
prompt-top-salary = 직원들 중에 제일 많은 연봉을 받는 사람은?
prompt-average-age = 직원들의 평균 나이는?
prompt-weather = 오늘 서울의 날씨는?
prompt-raise = Tiger Nixon의 연봉을 330000으로 올려줘

## 처리 중
status-thinking = 답을 준비하고 있습니다…
status-function = ‘{ $title }’ 작업을 처리하고 있습니다…
command-asked = 질문: { $question }
answer-share = 채널에 공유
answer-shared = 채널에 공유했습니다.
answer-shared-by = { $user }님의 질문: { $question }
answer-share-again = 이미 채널에 공유했거나 지금 공유하고 있습니다.
answer-not-shared = 채널에 공유하지 못했습니다.
answer-gone = 공유할 답이 더 이상 남아 있지 않습니다. 다시 질문한 뒤 새 답을 공유해 주세요.

## 카드
card-title = { $title }: 실행할까요?
card-asked-by = 요청한 사람: { $user }
card-waits = { $user }님이 요청했으며, { $user }님만 { $until }까지 승인할 수 있습니다.
card-waits-others = { $user }님이 요청했습니다. { $until }까지 다음 중 한 분이 승인할 수 있습니다: { $who }
card-waits-four-eyes = { $user }님이 요청한 일이라 다른 분이 { $until }까지 승인해야 합니다: { $who }
card-waits-nobody = { $user }님이 요청했지만, 규칙에 따르면 승인할 수 있는 사람이 없습니다.
card-deciders = 규칙에 적힌 사람·그룹(모두 { $count })
card-gone = { $user }님이 요청했지만, 이 함수가 더 이상 없어서 승인할 수 없습니다.
card-long = 값 { $fields }개, 모두 { $characters }자라서 카드에 다 담을 수 없습니다.
card-preview = 현재
card-preview-before = 당시
card-exact = 정확한 값
card-confirm = 승인
card-deny = 거절
card-edit = 수정
card-read = 전체 읽기
card-deny-reason = 이유를 적고 거절…
card-withdraw = 철회
card-remember = 승인하고, 여기서는 한 시간 동안 다시 묻지 않기
card-reason = 이유
card-granted = 이번에는 따로 묻지 않았습니다. { $user }님이 ‘한 시간 동안 다시 묻지 않기’를 선택했습니다.
card-superseded = 승인하기 전에 내용이 수정되었습니다. 새 카드가 유효하며, 이 카드로는 아무것도 실행하지 않았습니다.
confirm-title = { $title }: 정말 실행할까요?
confirm-as-shown = 카드에 보이는 내용 그대로 실행합니다.
confirm-yes = 실행
confirm-no = 돌아가기
card-not-posted = 카드를 보여 드리지 못해서 승인을 받을 수 없고, 아무것도 실행하지 않았습니다. 다시 요청해 주세요. 내용이 길었다면 나누어 주세요.
card-unsure = 이 요청의 카드가 보이는지 Slack에서 아직 확인하지 못했습니다. 카드가 아직 없다면 나중에 올라올 수 있으며, 그때까지는 아무것도 실행하지 않습니다. 계속 보이지 않으면 다시 요청해 주세요.
card-fallback = { $title }: 승인을 기다리고 있습니다.
card-confirmed = { $user }님이 승인했습니다. 실행하고 있습니다…
card-succeeded = ✅ 완료했습니다. { $user }님이 승인했습니다.
card-failed = ❌ { $user }님이 승인했지만 실행하지 못했습니다. 아무것도 바뀌지 않았습니다.
card-unknown = ⚠️ 결과를 알 수 없음: { $user }님이 승인했지만 실행되었는지 알 수 없고, 다시 시도하지 않습니다. 다시 요청하기 전에 직접 확인해 주세요.
card-denied = 🚫 { $user }님이 거절했습니다. 아무것도 바뀌지 않았습니다.
card-expired = 제시간에 결정되지 않아 만료되었습니다. 아무것도 바뀌지 않았습니다.
card-too-late = { $user }님이 승인했지만 제시간에 시작하지 못해 만료되었습니다. 아무것도 바뀌지 않았습니다.
card-withdrawn = 요청이 철회되었습니다. 아무것도 바뀌지 않았습니다.
value-none = (없음)
value-empty = (빈 텍스트)
value-empty-list = (빈 목록)
value-empty-object = (항목 없음)
value-yes = 예
value-no = 아니요

## 승인한 일을 실행하지 못한 이유, 결과를 알 수 없는 이유
why-gone = 이 함수가 더 이상 없습니다.
why-changed = 요청하신 뒤에 함수가 바뀌었습니다. 다시 요청해 주세요.
why-altered = 저장된 내용이 승인하신 내용과 다릅니다. Nod 관리자에게 알려 주세요.
why-moved = 카드에 현재 상태로 보여 드린 내용이 그 사이에 바뀌었습니다. 다시 요청해 주세요.
why-rules = 규칙에 따라 이제는 할 수 없는 일입니다.
why-silent = 누가 할 수 있는 일인지 Slack에서 확인하지 못했습니다. 잠시 후 다시 요청해 주세요.
why-unshown = 카드를 보여 드리지 못했습니다. 다시 요청해 주세요.
why-grant = 다시 묻지 않기로 한 시간이 끝났습니다. 다시 요청해 주세요.
why-interrupted = 실행하는 도중에 중단되었고, 다시 실행해 보았지만 결과를 알 수 없었습니다.
why-unwritten = 결과를 기록하지 못했습니다.

## 여러 개를 한 번에
batch-title = 작업 { $count }개를 한 번에
batch-waits = 하나씩 결정하고 싶으시면 각각의 카드를 쓰셔도 됩니다. 승인과 실행은 하나씩 따로 처리합니다.
batch-over = { $waiting ->
        [0] 모두 결정되었습니다.
       *[other] 나머지는 각각의 카드에서 결정해 주세요.
    }
batch-confirm = { $count }개 모두 승인
batch-part = { $count }건 중 { $decided }건을 승인했습니다.
batch-see-card = 위에 있는 각각의 카드를 봐 주세요.
batch-pending = 대기 중
batch-confirmed = 승인됨, 실행 중
batch-succeeded = 완료
batch-failed = 실행하지 못함, 바뀐 것 없음
batch-unknown = 결과를 알 수 없음, 확인 필요
batch-denied = 거절됨
batch-expired = 만료됨
batch-withdrawn = 철회됨
batch-superseded = 수정됨, 새 카드 참고

## 창
modal-close = 닫기
read-title = 전체 읽기
read-continued = { $label } (이어서)
read-page = { $pages }쪽 중 { $page }쪽
read-next = 다음
read-back = 이전
read-on = 마지막 쪽에서 승인할 수 있습니다.
read-all = 여기까지가 전부입니다. 승인하시면 이 내용 그대로 실행합니다.
read-destructive = 여기까지가 전부입니다. 승인하시면 이 내용 그대로 실행하며, 되돌릴 수 없습니다.
read-gone = 이 함수가 더 이상 없어서 승인할 수 없습니다.
reason-title = 거절
reason-label = 거절하는 이유
reason-told = 이유는 카드에 표시되며, 따로 말씀하지 않으시면 Nod가 같은 일을 다시 요청하지 않습니다.
edit-title = 수정
edit-told = 아직 아무것도 실행하지 않습니다. 수정하신 내용으로 새 카드를 드리고, 이전 카드는 쓸 수 없게 됩니다.
edit-submit = 새 카드 만들기
form-not-given = (지정하지 않음)
form-json-hint = JSON 형식입니다. 괄호와 따옴표를 그대로 두세요.
form-timing-hint = 크론 필드 다섯 개(분 시 일 월 요일), 예를 들어 평일 9시는 0 9 * * 1-5, 또는 2026-07-04T09:00 같은 한 번의 시각을 적어 주세요. 본인의 시간대로 읽으며, 다른 시간대는 뒤에 Europe/Berlin처럼 적으시면 됩니다.
form-required = 값을 입력해 주세요.
form-number = 1500이나 2.5처럼 숫자를 입력해 주세요.
form-json = JSON으로 읽을 수 없습니다. 빠진 괄호나 쉼표, 따옴표가 있는지 봐 주세요.
form-at-least = { $limit } 이상으로 입력해 주세요.
form-more-than = { $limit }보다 크게 입력해 주세요.
form-at-most = { $limit } 이하로 입력해 주세요.
form-less-than = { $limit }보다 작게 입력해 주세요.
form-too-short = 너무 짧습니다. { $limit }자 이상이어야 합니다.
form-too-long = 너무 깁니다. { $limit }자 이하여야 합니다.
form-invalid = 입력하신 값들이 서로 맞지 않습니다. 다시 확인해 주세요.
form-not-valid = 함수가 받을 수 없는 값입니다. 다른 값을 입력해 주세요.
form-refused = 이 값은 쓸 수 없습니다: { $reason }
form-unchecked = 지금은 확인하지 못해 아직 새 카드를 만들지 않았습니다. 잠시 후 버튼을 다시 눌러 주세요.

## 다시 묻지 않는 일
grants-title = 다음 일은 적힌 시각까지 다시 묻지 않고 실행합니다.
grants-title-plain = 다시 묻지 않고 실행하는 일
grants-none = 묻지 않고 실행하는 일은 없습니다.
grants-more = 여기에 다 보여 드리지 못한 것이 { $count }개 더 있습니다. 몇 개를 취소하시면 나머지가 보입니다.
grant-entry =
    { "*" }{ $title }*
    { $place }, { $until }까지
grant-direct = 저와의 다이렉트 메시지
grant-revoke = 다시 물어보기

## 일정
card-upcoming = 다음 실행 (내 시간대 기준)
card-upcoming-before = 결정 시점의 다음 실행
card-of-run = { $user }님의 일정에서 요청한 일입니다. 확인해 주세요.
run-of = { $user }님의 일정 · 예정 시각 { $due } · 이 스레드에 답글로 이어서 이야기할 수 있고, `/nod 일정`에서 일시 중지하거나 삭제할 수 있습니다.
run-by-hand = { $user }님의 일정 · 직접 실행 · 이 스레드에 답글로 이어서 이야기할 수 있고, `/nod 일정`에서 일시 중지하거나 삭제할 수 있습니다.
run-root-plain = 예약된 일: { $prompt }
notice-missed = 이 일정의 예정 시각({ $due })에 Nod가 꺼져 있거나 Slack에 연결되지 않아 실행하지 못했고, 지금 하기에는 너무 늦었습니다. 그래도 필요하시면 `/nod 일정`에서 ‘지금 실행’을 눌러 주세요.
notice-missed-once = 예정 시각({ $due })에 Nod가 꺼져 있거나 Slack에 연결되지 않아 실행하지 못했고, 지금 하기에는 너무 늦었습니다. 그래도 필요하시면 다시 요청해 주세요.
notice-missed-many = 아래 일정들의 예정 시각에 Nod가 꺼져 있거나 Slack에 연결되지 않아 실행하지 못했고, 지금 하기에는 너무 늦었습니다. 그래도 필요하신 것은 `/nod 일정`에서 ‘지금 실행’을 눌러 주시고, 한 번만 하기로 했던 것은 다시 요청해 주세요.
notice-taken-over = 워크스페이스 관리자 { $user }님이 이 일정을 바꾸셨습니다. 이제 그분의 일정이며 그분의 이름으로 실행됩니다.
notice-channel = 이 일정을 { $channel }에 더 이상 올릴 수 없습니다. 요청하신 분이나 제가 그 채널에 없거나, 제가 글을 쓸 수 없는 채널입니다. 빠진 쪽을 다시 초대하시거나 다른 채널을 알려 주세요.
notice-failures = 이 일정이 세 번 연속으로 실패했습니다.
notice-owner = 규칙에 따라 이제 일정을 만들거나 실행할 수 없습니다. Nod 관리자에게 문의해 주세요.
notice-paused = 그래서 일시 중지했습니다. `/nod 일정`에서 재개할 수 있습니다.
schedules-title = { "*" }일정*
schedules-title-plain = 일정
schedules-none = 일정이 없습니다. “평일 아침 9시마다 #general에 서울 날씨 알려줘”처럼 말씀해 보세요.
schedules-more = 여기에 다 보여 드리지 못한 일정이 { $count }개 더 있습니다. 몇 개를 삭제하시면 나머지가 보입니다.
schedule-number = { $number }번 일정
schedule-next = 다음 실행 { $at }
schedule-paused-by-hand = 일시 중지됨
schedule-paused-owner = 일시 중지됨: 소유자가 더 이상 일정을 만들거나 실행할 수 없음
schedule-paused-channel = 일시 중지됨: 채널에 올릴 수 없음
schedule-paused-failures = 일시 중지됨: 세 번 연속 실패
schedule-pause = 일시 중지
schedule-resume = 재개
schedule-run = 지금 실행
schedule-delete = 삭제
schedule-delete-title = 일정을 삭제할까요?
schedule-delete-text = 다시 실행되지 않으며 되돌릴 수 없습니다.
schedule-delete-yes = 삭제
schedule-did-pause = 일시 중지했습니다.
schedule-did-resume = 재개했습니다.
schedule-did-run = 지금 실행합니다. 결과는 { $channel }에 올립니다.
schedule-did-delete = 삭제했습니다.
schedule-did-gone = 그 일정은 더 이상 없습니다.
schedule-did-not-yours = 일정의 소유자나 워크스페이스 관리자만 할 수 있습니다.
schedule-did-unsure = Slack에서 누구신지 확인하지 못해 아무것도 하지 않았습니다. 잠시 후 다시 눌러 주세요.
schedule-did-running = 이미 실행하고 있습니다. 결과는 일정의 채널에 올립니다.
schedule-did-over = 예정 시각이 지났습니다. 더 늦은 시각을 말씀해 주세요.
when-once = 한 번
when-at = 한 번, { $date } { $day } { $at }
when-daily = 매일 { $at }
when-weekdays = 평일 { $at }
when-weekly = 매주 { $days } { $at }
when-monthly = 매월 { $day }일 { $at }
when-hourly = 매시간 { $minute }분
when-every = { $minutes }분마다
day-mon = 월요일
day-tue = 화요일
day-wed = 수요일
day-thu = 목요일
day-fri = 금요일
day-sat = 토요일
day-sun = 일요일

## 일정으로 만들 수 없는 것: 영어 문장은 모델도 읽습니다
book-passed = 이미 지난 시각입니다. 더 늦은 시각을 입력해 주세요.
book-unsaid = 누가 어느 채널에 있는지 Slack에서 확인하지 못했습니다. 잠시 후 다시 시도해 주세요.
book-not-allowed = 규칙에 따라 그 채널에는 일정을 둘 수 없습니다. 다른 채널을 입력해 주세요.
book-no-channel = Nod가 참여한 채널 중에 그런 이름이 없거나, 요청하신 분이 그 채널에 없습니다. /invite @Nod로 Nod를 초대하시거나 다른 채널을 입력해 주세요. 비워 두면 요청하신 곳에 올립니다.
book-not-here = 일정은 채널이나 Nod와의 다이렉트 메시지에만 올릴 수 있습니다. 여기는 여러 사람의 다이렉트 메시지이거나 Nod가 참여하지 않은 채널입니다. #team처럼 Nod가 참여한 채널을 입력하시거나(/invite @Nod로 초대할 수 있습니다), Nod와의 다이렉트 메시지에서 요청해 주세요.
book-not-there = 이 번호의 일정이 없거나, 변경할 수 있는 일정이 아닙니다. `/nod 일정`에서 확인해 주세요.
book-nothing = 변경할 내용이 없습니다. 할 일이나 시각, 채널, 일시 중지 여부 중 하나를 입력해 주세요.
book-same-moment = 그 사이에 다른 분이 이 일정을 변경해서 아무것도 하지 않았습니다. 일정을 다시 조회해 주세요.
book-full = 한 사람이 둘 수 있는 일정 { $most }개를 모두 쓰고 있습니다. `/nod 일정`에서 하나를 먼저 삭제해 주세요.
book-team-full = 이 워크스페이스에서 둘 수 있는 일정 { $most }개를 모두 쓰고 있습니다. 하나를 먼저 삭제하시거나, Nod 관리자에게 한도를 늘려 달라고 요청해 주세요.

## 새 대화
new-opening = 새 대화입니다. 이 스레드에 답글을 남겨 주세요. 여기서는 이 스레드에서 나눈 말만 알고 있습니다.
new-opened = 새 대화를 열었습니다: <{ $link }|바로 가기>
new-opened-plain = 새 대화를 열었습니다. 저와의 다이렉트 메시지에서 마지막 메시지를 찾아 그 스레드에 답글을 남겨 주세요.
new-coming = 다이렉트 메시지에 새 대화를 열고 있습니다…
new-failed = 지금은 새 대화를 열지 못했습니다. 저에게 다이렉트 메시지를 보내 주세요. 스레드 밖에 쓰시는 메시지마다 새 대화가 시작됩니다.

## 잊기
forget-title-plain = 제가 기억하는 내용을 지울까요?
forget-question = 저는 지금 대화 { $count }개를 기억하고 있습니다. ‘잊기’를 누르시면 보내신 메시지와 파일, 제 답변, 찾아보거나 처리한 일의 내용을 지우며, 되돌릴 수 없습니다.
forget-shared = • 그중 { $count }개에는 다른 분도 참여하고 있습니다. 본인 부분만 지우고 다른 분의 말은 남깁니다.
forget-pending = • 승인을 기다리는 요청 { $count }건은 실행하지 않고 철회합니다.
forget-busy = • 대화 { $count }개는 아직 처리 중이라 그대로 둡니다. 끝난 뒤에 다시 말씀해 주세요.
forget-only-busy = 대화 { $count }개를 기억하고 있지만 아직 처리 중이라 아무것도 지우지 않았습니다. 끝난 뒤에 다시 말씀해 주세요.
forget-schedules = • 일정 { $count }개는 그대로 남습니다. `/nod 일정`에서 삭제하실 수 있습니다.
forget-nothing = 기억하고 있는 대화가 없습니다.
forget-stays = Slack에 있는 메시지는 그대로 남습니다. 본인이 쓰신 메시지는 Slack에서 직접 지우실 수 있습니다. 승인된 일은 누가 언제 무엇을 했는지만 남기고 자세한 내용은 지웁니다.
forget-confirm = 잊기
forget-cancel = 그대로 두기
forget-done = 대화 { $count }개를 지웠습니다.
forget-done-shared = • 그중 { $count }개에는 다른 분도 참여하고 있어, 다른 분의 말은 남아 있습니다.
forget-done-stays = Slack에 있는 메시지는 그대로 남습니다. 예전 스레드에 다시 쓰시면 처음부터 시작합니다. 채널에서는 먼저 저를 멘션해 주세요.
forget-kept = 아무것도 지우지 않았습니다.
forget-not-yours = 요청하신 분만 결정할 수 있어 아무것도 지우지 않았습니다. 직접 `/nod 잊기`를 써 주세요.

## 클릭에 대한 답
click-already = 이미 결정된 카드입니다: { $state }
click-expired = 만료된 카드라서 아무것도 실행하지 않았습니다. 아직 필요하시면 다시 요청해 주세요.
click-not-yours = { $user }님이 요청한 일이라 { $user }님만 결정할 수 있습니다.
click-others = { $own ->
        [yes] 직접 요청하신 일은 본인이 승인할 수 없어 아무것도 실행하지 않았습니다. 승인할 수 있는 분: { $who }
       *[no] 이 일은 결정하실 수 없어 아무것도 실행하지 않았습니다. 결정할 수 있는 분: { $who }
    }
click-requester = { $user }님이 요청한 일이라 { $user }님만 수정하거나 철회할 수 있습니다. 아무것도 실행하지 않았습니다.
click-not-allowed = 이 일은 결정하실 수 없어 아무것도 실행하지 않았습니다.
click-unsure = Slack에서 누구신지 확인하지 못해 아무것도 실행하지 않았습니다. 잠시 후 다시 눌러 주세요.
click-unknown = 제가 모르는 카드라서 아무것도 실행하지 않았습니다. 다시 요청하시면 새 카드를 드리겠습니다.
click-broken = 클릭을 저장하지 못해서 아무것도 실행하지 않았습니다. 잠시 후 다시 눌러 주세요.

## 문제가 생겼을 때
model-busy = 지금은 모델이 응답하지 않습니다. 질문은 남아 있으니 잠시 후 다시 시도해 주세요.
model-refused = 모델이 요청을 거부했습니다. Nod 관리자만 고칠 수 있으니 관리자에게 알려 주세요. 이유는 로그에 있습니다.
model-cut = 모델과의 연결이 끊겨서 위의 답은 완전하지 않습니다. 다시 시도하시거나, 이어서 답해 달라고 말씀해 주세요.
memory-summarized = 이 스레드의 앞부분은 요약해서, 최근 대화는 그대로 기억합니다.
memory-trimmed = 이 스레드의 앞부분은 더 이상 참고하지 않으며, 최근 대화는 그대로 기억합니다.
context-too-long = 스레드가 모델이 읽을 수 있는 길이를 넘었습니다. 새 스레드를 시작해서 중요한 내용을 알려 주세요.
answer-length = 답이 길어 중간에 끊겼습니다. 나머지는 ‘이어서 답하기’를 눌러 주세요.
answer-filtered = AI 제공업체의 콘텐츠 필터가 이 답을 막았습니다. 질문을 다르게 써 봐 주세요.
answer-refused = 모델이 이 질문에는 답하지 않겠다고 했습니다.
answer-empty = 모델이 빈 답을 보냈습니다. 다른 말로 다시 물어봐 주세요.
late = 쓰신 지 시간이 꽤 지났는데, 그때는 답해 드리지 못했습니다. 지금이라도 답해 드릴까요?
turn-too-long = 시간이 너무 오래 걸려서 멈췄습니다. 승인을 기다리던 요청은 그대로 있습니다. 다시 시도하시거나, 한 번에 더 적게 요청해 주세요.
too-many-steps = { $steps }단계를 거쳤지만 답에 이르지 못해서 멈췄습니다. 더 작게, 또는 나누어서 요청해 주세요.
incident = Nod 내부에 문제가 생겼습니다. 다시 물어봐 주세요. 계속되면 Nod 관리자에게 이 번호를 알려 주세요: { $incident }

## Slack에 쓰기
answer-interrupted = 여기서 답이 중단되었습니다. 아래에서 처음부터 다시 답해 드립니다.
answer-unsure = 제 답이 전달되었는지 Slack에서 확인해 주지 않았습니다. 위에 답이 보이지 않으면 다시 물어봐 주세요.
answer-share-unsure = 공유되었는지 Slack에서 확인해 주지 않았습니다. 다시 공유하시기 전에 채널을 먼저 확인해 주세요.
status-line = { $place ->
        [1] 다른 요청을 처리하고 있습니다. 바로 다음 차례입니다…
       *[other] 다른 요청을 처리하고 있습니다. { $place }번째 순서입니다…
    }
retry-button = 다시 시도
retry-begun = 다시 시도하고 있습니다…
retry-not-yours = 요청하신 분만 다시 시도할 수 있습니다.
retry-already = 이미 다시 시도했습니다. 아래쪽에서 답을 확인해 주세요.
retry-moved-on = 그 뒤로 대화가 이어져서 다시 시도하지 않았습니다. 아직 필요하시면 한 번 더 말씀해 주세요.
retry-unknown = 어떤 요청이었는지 더 이상 알 수 없어서 아무것도 하지 않았습니다. 다시 말씀해 주세요.

## 스레드
thread-unread = 이 스레드에서 앞서 나눈 대화를 읽지 못했습니다. 지금부터 저에게 쓰시는 내용만 알 수 있습니다.
offer-edited = 질문을 고치셨습니다. 바뀐 질문에 다시 답해 드릴까요?

## 그만, 이어서, 다시
stop-offer = 아직 답을 준비하고 있습니다…
stop-button = 그만
stop-not-yours = { $user }님의 질문에 답하는 중이라 { $user }님만 멈출 수 있습니다.
stop-over = 이미 끝난 답이라 멈출 것이 없었습니다.
stopped = 멈췄습니다.
stopped-beside = 멈췄습니다. 이미 승인한 작업은 끝까지 실행하고, 결과는 카드에 알려 드립니다.
continue-button = 이어서 답하기
continue-begun = 이어서 답하고 있습니다…
continue-not-yours = 질문하신 분만 이 답을 이어서 받을 수 있습니다.
continue-already = 이미 이어서 답했습니다. 아래쪽에서 확인해 주세요.
continue-moved-on = 그 뒤로 대화가 이어져서 그 답은 이어 가지 않았습니다. 더 필요한 것을 말씀해 주세요.
regenerate-button = 다시 답하기
regenerate-begun = 아래에 다시 답했습니다.
regenerate-not-yours = 질문하신 분만 다시 답하게 할 수 있습니다.
regenerate-already = 이미 다시 답했습니다. 아래쪽에서 확인해 주세요.
regenerate-moved-on = 대화의 마지막 답만 다시 답할 수 있는데, 그 뒤로 대화가 이어졌습니다. 여기에 질문을 한 번 더 보내 주시면 지금까지의 대화를 바탕으로 답해 드리겠습니다.
regenerate-acted = 이 답에는 실행을 요청한 작업이 있어 다시 답하지 않습니다. 더 필요한 것이 있으면 말씀해 주세요.

## 파일
file-too-large = ‘{ $name }’ 파일은 { $limit }보다 커서 읽지 못했습니다. 더 작은 파일이나 필요한 부분만 보내 주세요.
file-too-many-pixels = ‘{ $name }’ 이미지는 { $limit }메가픽셀보다 커서 읽지 못했습니다. 크기를 줄여서 다시 보내 주세요.
file-unsupported = ‘{ $name }’ 파일은 제가 읽을 수 없는 형식입니다. 텍스트, CSV, PDF, Word, Excel 파일과 이미지를 읽을 수 있습니다.
file-save-as = ‘{ $name }’ 파일은 이 형식으로는 읽지 못했습니다. { $kind } 형식으로 저장해서 보내 주세요.
file-mismatch = ‘{ $name }’ 파일은 이름과 실제 형식이 달라서 읽지 못했습니다. 원래 프로그램에서 다시 내보내 주세요.
file-encrypted = ‘{ $name }’ 파일에 암호가 걸려 있어서 읽지 못했습니다. 암호 없이 저장해서 다시 보내 주세요.
file-broken = ‘{ $name }’ 파일이 손상되었거나 완전하지 않아서 읽지 못했습니다. 파일을 열어 다시 저장한 뒤 보내 주세요.
file-took-too-long = ‘{ $name }’ 파일을 읽는 데 너무 오래 걸려서 멈췄습니다. 필요한 부분만 보내 주세요.
file-too-much = ‘{ $name }’ 파일은 압축을 풀면 내용이 너무 많아서 읽지 못했습니다. 필요한 부분만 보내 주세요.
file-empty = ‘{ $name }’ 파일은 비어 있습니다. 맞는 파일인지 확인해 주세요.
file-no-text = ‘{ $name }’ 파일에는 글자가 아니라 스캔한 쪽 이미지만 있습니다. 각 쪽을 이미지로 보내시거나 글자가 있는 PDF를 보내 주세요.
file-no-scope = 이 워크스페이스에서 아직 파일을 읽을 권한이 없어 ‘{ $name }’ 파일을 보지 못했습니다. Nod 관리자만 고칠 수 있으니 관리자에게 알려 주세요. 이유는 로그에 있습니다.
file-gone = ‘{ $name }’ 파일은 이제 Slack에 없어서 읽지 못했습니다. 아직 가지고 계시면 다시 보내 주세요.
file-elsewhere = ‘{ $name }’ 파일은 Slack에 링크만 있어서 읽지 못했습니다. 파일을 직접 올려 주세요.
file-unreachable = 방금 Slack에서 ‘{ $name }’ 파일을 받지 못했습니다. 잠시 후 다시 보내 주세요.
file-not-seen = 제가 쓰는 모델은 이미지를 볼 수 없어서 ‘{ $name }’ 파일을 보지 못했습니다. 어떤 내용인지 글로 알려 주세요.
file-no-room = 다른 파일 때문에 ‘{ $name }’ 파일까지 읽을 자리가 없었습니다. 이 파일만 따로 보내 주세요.
file-not-now = 지금은 처리할 일이 많아서 ‘{ $name }’ 파일을 읽지 못했습니다. 몇 분 뒤에 다시 보내 주세요.
file-no-time = 다른 파일을 읽느라 시간이 다 되어 ‘{ $name }’ 파일은 읽지 못했습니다. 잠시 후 다시 보내 주세요.
file-too-many = 한 메시지에서 파일을 { $most }개까지만 읽기 때문에 나머지 { $count }개는 보지 못했습니다. 나머지는 다른 메시지로 보내 주세요.
file-not-told = 메시지에 파일이 함께 있었는지 Slack에서 확인하지 못했습니다. 파일이 있었다면 다시 보내 주세요.
file-refused = 제가 쓰는 모델이 이 이미지를 받아들이지 않아서 ‘{ $name }’ 파일을 보지 못했습니다. 이미지를 열어 PNG나 JPEG로 다시 저장하고, 크기가 크면 줄여서 보내 주세요.
file-in-part = ‘{ $name }’ 파일은 일부만 읽었습니다. 읽지 못한 부분: { $parts }
file-more-parts = 그 밖에 { $count }곳
file-part-pages = { $range ->
        [on] { $first }쪽부터 끝까지
        [one] { $first }쪽
       *[many] { $first }–{ $last }쪽
    }
file-part-sheets = { $range ->
        [on] { $first }번째 시트부터 끝까지
        [one] { $first }번째 시트
       *[many] { $first }–{ $last }번째 시트
    }
file-part-rows = { $range ->
        [on] { $first }번째 행부터 끝까지
        [one] { $first }번째 행
       *[many] { $first }–{ $last }번째 행
    }
file-part-paragraphs = { $range ->
        [on] { $first }번째 문단부터 끝까지
        [one] { $first }번째 문단
       *[many] { $first }–{ $last }번째 문단
    }
file-part-lines = { $range ->
        [on] { $first }번째 줄부터 끝까지
        [one] { $first }번째 줄
       *[many] { $first }–{ $last }번째 줄
    }
file-part-characters = { $range ->
        [on] { $first }번째 글자부터 끝까지
        [one] { $first }번째 글자
       *[many] { $first }–{ $last }번째 글자
    }
