// Hides amounts on this device where its owner asked for that: a bare yes in this browser, kept over logout.
// Loaded in the head without `defer`, so that no figure flashes up before it is hidden.
(function () {
  'use strict'
  var KEY = 'hide-amounts'
  var root = document.documentElement
  var word = document.currentScript.getAttribute('data-word')
  var hidden = kept()
  var watch = new window.MutationObserver(mask)

  function kept () {
    try { return window.localStorage.getItem(KEY) === 'yes' } catch (error) { return false }
  }

  function keep () {
    try {
      if (hidden) window.localStorage.setItem(KEY, 'yes')
      else window.localStorage.removeItem(KEY)
    } catch (error) { /* a browser that keeps nothing: the choice holds for this page */ }
  }

  // What stands in place of each figure; those that polling brings later, too.
  function mask () {
    document.querySelectorAll('.figure').forEach(function (figure) {
      if (figure.ownerSVGElement) return // in a picture a hidden word needs no stand-in
      var next = figure.nextElementSibling
      if (next && next.className === 'masked') return
      var dots = Object.assign(document.createElement('span'), { textContent: 'Rp••••••' })
      dots.setAttribute('aria-hidden', 'true')
      var masked = Object.assign(document.createElement('span'), { className: 'masked' })
      masked.append(dots, Object.assign(document.createElement('span'), { className: 'vh', textContent: word }))
      figure.after(masked)
    })
  }

  function show () {
    root.classList.toggle('amounts-hidden', hidden)
    if (hidden) watch.observe(root, { childList: true, subtree: true })
    else watch.disconnect()
    if (hidden) mask()
    document.querySelectorAll('[data-hides-amounts]').forEach(function (button) {
      button.dataset.hides = button.dataset.hides || button.textContent
      button.textContent = hidden ? button.dataset.shows : button.dataset.hides
    })
  }

  show()
  document.addEventListener('DOMContentLoaded', show)
  document.addEventListener('click', function (event) {
    if (!event.target.closest || !event.target.closest('[data-hides-amounts]')) return
    hidden = !hidden
    keep()
    show()
  })
  // Another tab of this browser.
  window.addEventListener('storage', function (event) {
    if (event.key !== KEY && event.key !== null) return
    hidden = kept()
    show()
  })
})()
