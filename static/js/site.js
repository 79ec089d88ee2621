// Progressive enhancement only; every page works without this file.
(function () {
  'use strict'

  // A signed-in page out of the browser's memory may belong to a session that has ended: ask again.
  window.addEventListener('pageshow', function (event) {
    if (event.persisted && document.body.hasAttribute('data-signed-in')) window.location.reload()
  })

  // Who has signed out in one tab sees nothing more in the others.
  if ('BroadcastChannel' in window) {
    var tabs = new window.BroadcastChannel('session')
    if (document.body.hasAttribute('data-signed-in')) tabs.onmessage = function () { window.location.reload() }
    else tabs.postMessage('nobody is signed in')
  }

  // Keeps the files of the pages and a page for when there is no connection (templates/phone/sw.js); never a balance.
  // After loading, so that a slow line is not shared with what is to be seen first.
  if ('serviceWorker' in navigator) {
    window.addEventListener('load', function () {
      navigator.serviceWorker.register('/sw.js').catch(function () { /* the page works without */ })
    })
  }

  // "Show password": a button that says by aria-pressed whether the text can be read.
  document.querySelectorAll('.reveal').forEach(function (button) {
    var input = document.getElementById(button.getAttribute('aria-controls'))
    function show (visible) {
      input.type = visible ? 'text' : 'password'
      button.setAttribute('aria-pressed', String(visible))
    }
    button.hidden = false
    button.addEventListener('click', function () { show(input.type === 'password') })
    // Hidden again on sending, so that browsers offer to keep it as a password.
    input.form.addEventListener('submit', function () { show(false) })
  })

  // What needs a script is offered only where scripts run.
  document.querySelectorAll('.needs-js').forEach(function (element) { element.hidden = false })

  // A passkey that the device could not give, said in words.
  document.addEventListener('allauth.error', function (event) {
    var place = document.getElementById('passkey-failed')
    if (!place) return
    event.preventDefault()
    place.hidden = false
    place.textContent = place.getAttribute('data-text')
  })

  // A check that takes known seconds: the page looks again by itself once they are over.
  var checked = document.querySelector('[data-reload-after]')
  if (checked) window.setTimeout(function () { window.location.reload() }, 1000 * checked.getAttribute('data-reload-after') + 500)

  // After a refused form the keyboard starts at the list of what to mend.
  var summary = document.querySelector('.error-summary')
  if (summary) summary.focus()
})()
