// Hands a statement's PDF to the phone's own "share" sheet. Without this script, or where the browser cannot share
// files, the button is not there and "Simpan PDF" does the work.
(function () {
  'use strict'
  function empty (name) { return new window.File([''], name, { type: 'application/pdf' }) }

  function able () {
    try { return Boolean(navigator.canShare && navigator.canShare({ files: [empty('a.pdf')] })) } catch (error) { return false }
  }

  function say (button) {
    var said = button.closest('.files').querySelector('[data-shares-said]')
    said.textContent = button.dataset.sharesLate
  }

  function share (button) {
    window.fetch(button.dataset.shares, { redirect: 'error' }).then(function (answer) {
      if (!answer.ok) throw new Error('no file')
      return answer.blob()
    }).then(function (blob) {
      var file = new window.File([blob], button.dataset.sharesAs, { type: 'application/pdf' })
      return navigator.share({ files: [file], title: button.dataset.sharesAs })
    }).catch(function (error) {
      if (error.name !== 'AbortError') say(button) // closing the sheet is no failure
    })
  }

  if (!able()) return
  document.documentElement.classList.add('can-share')
  document.addEventListener('click', function (event) {
    var button = event.target.closest && event.target.closest('[data-shares]')
    if (button) share(button)
  })
})()
