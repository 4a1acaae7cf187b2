import { Button as AriaButton, Focusable, Tooltip, TooltipTrigger, type ButtonProps } from "react-aria-components";
import { Link } from "wouter";
import { Icon, type IconName } from "./icon.tsx";

interface Look {
  look?: "primary" | "danger" | "quiet" | "plain";
  small?: boolean;
  icon?: IconName;
}

const classOf = ({ look = "plain", small = false }: Look): string =>
  `button button-${look}${small ? " button-small" : ""}`;

export function Button({
  look,
  small,
  icon,
  children,
  ...props
}: Omit<ButtonProps, "className" | "children"> & Look & { children?: React.ReactNode }): React.JSX.Element {
  return (
    <AriaButton {...props} className={classOf({ ...(look && { look }), ...(small && { small }) })}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

export function LinkButton({
  href,
  look,
  small,
  icon,
  children,
}: Look & { href: string; children: React.ReactNode }): React.JSX.Element {
  return (
    <Link href={href} className={classOf({ ...(look && { look }), ...(small && { small }) })}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </Link>
  );
}

export interface Permission {
  action: string;
  allowed: boolean;
  code: string | null;
  reason: string | null;
}

/** What the API says of an action; null: it says nothing, which is no. */
export const permissionFor = (permissions: readonly Permission[], action: string): Permission | null =>
  permissions.find((permission) => permission.action === action) ?? null;

/**
 * A control for what the API's `permissions` are about: not there at all where it is not the viewer's to do, disabled with the reason where it cannot be done now.
 */
export function PermittedButton({
  permissions,
  action,
  href,
  hint,
  ...props
}: Parameters<typeof Button>[0] & {
  permissions: readonly Permission[];
  action: string;
  href?: string;
  /** What it will touch, on hover and focus. */
  hint?: string;
}): React.JSX.Element | null {
  const permission = permissionFor(permissions, action);
  if (permission === null || permission.code === "FORBIDDEN") return null;
  if (!permission.allowed)
    return (
      <TooltipTrigger delay={100}>
        <Focusable>
          <button
            type="button"
            className={classOf(props)}
            aria-disabled="true"
            aria-label={props["aria-label"]}
            data-disabled
          >
            {props.icon !== undefined && <Icon name={props.icon} />}
            {props.children}
          </button>
        </Focusable>
        <Tooltip className="tooltip" offset={6}>
          {permission.reason}
        </Tooltip>
      </TooltipTrigger>
    );
  if (href !== undefined)
    return (
      <LinkButton
        href={href}
        {...(props.look && { look: props.look })}
        {...(props.icon && { icon: props.icon })}
        {...(props.small && { small: props.small })}
      >
        {props.children}
      </LinkButton>
    );
  if (hint === undefined) return <Button {...props} />;
  return (
    <TooltipTrigger delay={300}>
      <Button {...props} />
      <Tooltip className="tooltip" offset={6}>
        {hint}
      </Tooltip>
    </TooltipTrigger>
  );
}
