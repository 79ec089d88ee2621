// Says three minutes before that the session ends, and keeps it with one press. Only the server knows the true time:
// other windows may have kept the session meanwhile. Without this script a line at the foot of the page says when.
(function () {
  'use strict'
  var box = document.getElementById('session-end')
  if (!box) return
  var warn = Number(box.getAttribute('data-warn-before'))
  var form = box.querySelector('form')
  var timer

  function look (seconds) {
    clearTimeout(timer)
    timer = setTimeout(ask, Math.max(seconds, 1) * 1000)
  }

  function answered (answer) {
    if (answer.status === 401 || answer.redirected) return window.location.reload()
    return answer.json().then(function (left) {
      if (left.seconds > warn) return hide(left)
      show(left)
      return look(left.seconds + 1)
    })
  }

  function ask () {
    fetch(box.getAttribute('data-url'), { credentials: 'same-origin' }).then(answered).catch(function () { look(30) })
  }

  function show (left) {
    document.getElementById('session-end-text').hidden = !left.can_extend
    document.getElementById('session-end-final').hidden = left.can_extend
    form.hidden = !left.can_extend
    if (box.hasAttribute('open')) return
    if (box.showModal) box.showModal() // moves the focus here, so that it is read aloud
    else box.setAttribute('open', '')
  }

  function hide (left) {
    if (box.hasAttribute('open')) {
      if (box.close) box.close()
      else box.removeAttribute('open')
      document.getElementById('session-end-said').textContent = box.getAttribute('data-kept')
    }
    look(left.seconds - warn)
  }

  form.addEventListener('submit', function (event) {
    event.preventDefault()
    var data = new FormData(form)
    data.delete('next')
    fetch(form.action, { method: 'POST', body: new URLSearchParams(data), credentials: 'same-origin' })
      .then(answered).catch(function () { form.submit() })
  })

  // A phone that slept missed its timers.
  document.addEventListener('visibilitychange', function () { if (document.visibilityState === 'visible') ask() })
  look(Number(box.getAttribute('data-ends-in')) - warn - 60)
})()
