// Where the reader is: the page follows the end of an answer only for a reader who is there, and never
// moves what somebody is reading.

const AT_END_PX = 2;
const UP_PX = 3;
const NEAR_END_PX = 60;
const UP_KEYS = ["ArrowUp", "PageUp", "Home"];

export class Scroll {
  private isPinned = true;
  private readonly pill: HTMLElement;
  private last = 0;
  private isOurs = false;

  constructor(pill: HTMLElement, content: HTMLElement) {
    this.pill = pill;
    // Told after the layout of a frame and before its paint: nothing has to be laid out for asking.
    new ResizeObserver(() => this.grew()).observe(content);
    pill.addEventListener("click", () => this.toEnd());
    addEventListener("scroll", () => this.moved(), { passive: true });
    addEventListener("wheel", ({ deltaY }) => deltaY < 0 && this.unpin(), { passive: true });
    addEventListener("touchmove", () => this.gap() > AT_END_PX && this.unpin(), { passive: true });
    addEventListener("keydown", ({ key, target }) => {
      if (UP_KEYS.includes(key) && !(target instanceof HTMLTextAreaElement)) this.unpin();
    });
  }

  private gap(): number {
    return document.documentElement.scrollHeight - innerHeight - scrollY;
  }

  private unpin(): void {
    if (document.documentElement.scrollHeight > innerHeight) this.isPinned = false;
  }

  private moved(): void {
    const down = scrollY - this.last;
    this.last = scrollY;
    if (this.isOurs) {
      this.isOurs = false;
      return;
    }
    if (down <= -UP_PX) this.isPinned = false;
    else if (this.gap() <= AT_END_PX || (down > 0 && this.gap() <= NEAR_END_PX))
      this.isPinned = true;
    this.show();
  }

  private grew(): void {
    if (this.isPinned && this.gap() > AT_END_PX / 2) {
      this.isOurs = true;
      scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
      this.last = scrollY;
    }
    this.show();
  }

  toEnd(): void {
    this.isPinned = true;
    this.grew();
  }

  private show(): void {
    this.pill.hidden = this.isPinned || this.gap() <= NEAR_END_PX;
  }
}
