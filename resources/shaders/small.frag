// Both pictures' brightness, small and soft, in one texture: red is the old one's, green the new one's. What travels in
// `flow` and what comes first in `ink` is read from it. Drawn once, as a morph begins.
#version 440

layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;
layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
    vec2 cell; // what one pixel drawn here covers of the pictures, 0..1
};
layout(binding = 1) uniform sampler2D src;
layout(binding = 2) uniform sampler2D dst;

const vec3 BRIGHTNESS = vec3(0.2126, 0.7152, 0.0722);

void main()
{
    vec2 sum = vec2(0.0);
    float whole = 0.0;
    for (int row = -2; row <= 2; ++row) {
        for (int column = -2; column <= 2; ++column) {
            vec2 offset = vec2(float(column), float(row)) * 0.6;
            float share = exp(-0.6 * dot(offset, offset));
            whole += share;
            vec2 at = clamp(qt_TexCoord0 + offset * cell, 0.0, 1.0);
            sum += share * vec2(dot(texture(src, at).rgb, BRIGHTNESS), dot(texture(dst, at).rgb, BRIGHTNESS));
        }
    }
    fragColor = vec4(sum / whole, 0.0, 1.0);
}
